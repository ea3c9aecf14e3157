//! axum: where the layer may stand, and what handlers and middleware around it see.

mod extract;
mod from_fn;
mod limits;
mod mounting;
mod rejection;

use axum::{Router, body::Body};
use bytes::Bytes;
use http::Request;
use tower::ServiceExt;
use tower_loops::{BoxError, VerifiedEvent};

use crate::support::{Answer, EVENT, INVALID, MISSING, forged, signed, unsigned};

/// The handler behind the layer.
async fn receive(event: VerifiedEvent) -> String {
    format!("handled {}", event.id())
}

const HANDLED: (u16, &str) = (200, "handled evt_1");

/// One request to a router, without a socket.
async fn oneshot<B>(router: &Router, request: Request<B>) -> Answer
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let response = router.clone().oneshot(request.map(Body::new)).await;
    Answer::of(response.unwrap()).await
}

/// Only a signed request reaches the handler.
async fn is_guarded(router: &Router, name: &str) {
    for (request, expected) in [
        (unsigned(), MISSING),
        (forged(), INVALID),
        (signed(EVENT), HANDLED),
    ] {
        assert_eq!(oneshot(router, request).await.seen(), expected, "{name}");
    }
}
