//! A handler behind the layer, and requests to it.

use axum::{Router, body::Body};
use bytes::Bytes;
use http::Request;
use tower::ServiceExt;
use tower_loops::{BoxError, VerifiedEvent};

use crate::support::{Answer, EVENT, INVALID, MISSING, forged, signed, unsigned};

/// The handler behind the layer.
pub(super) async fn receive(event: VerifiedEvent) -> String {
    format!("handled {}", event.id())
}

pub(super) const HANDLED: (u16, &str) = (200, "handled evt_1");

/// One request to a router, without a socket.
pub(super) async fn oneshot<B>(router: &Router, request: Request<B>) -> Answer
where
    B: http_body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    let response = router.clone().oneshot(request.map(Body::new)).await;
    Answer::of(response.unwrap()).await
}

/// Only a signed request reaches the handler.
pub(super) async fn is_guarded(router: &Router, name: &str) {
    for (request, expected) in [
        (unsigned(), MISSING),
        (forged(), INVALID),
        (signed(EVENT), HANDLED),
    ] {
        assert_eq!(oneshot(router, request).await.seen(), expected, "{name}");
    }
}
