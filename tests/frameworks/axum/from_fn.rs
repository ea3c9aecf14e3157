//! `axum::middleware::from_fn` on both sides of the layer. It takes axum's own body only.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    middleware::{Next, from_fn},
    response::Response,
    routing::post,
};
use http::HeaderValue;
use tower::ServiceBuilder;
use tower_http::map_request_body::MapRequestBodyLayer;
use tower_loops::{Rejection, VerifiedEvent};

use super::{is_guarded, oneshot, receive};
use crate::support::{EVENT, PATH, forged, layer, signed, unsigned};

/// Inside the layer: has the event, and may read the body.
async fn inside(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let event: VerifiedEvent = parts.extensions.get().cloned().unwrap();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    assert_eq!(bytes, event.payload());
    next.run(Request::from_parts(parts, Body::from(bytes)))
        .await
}

/// Outside the layer: no event yet on the way in, the rejection on the way out.
async fn outside(request: Request, next: Next) -> Response {
    assert!(request.extensions().get::<VerifiedEvent>().is_none());
    let mut response = next.run(request).await;
    let reason = match response.extensions().get() {
        None => "none",
        Some(Rejection::MissingSignature) => "missing",
        Some(Rejection::InvalidSignature { .. }) => "invalid",
        Some(_) => "another",
    };
    let reason = HeaderValue::from_static(reason);
    response.headers_mut().insert("x-rejected", reason);
    response
}

#[tokio::test]
async fn inside_the_layer_it_sees_the_event_and_the_signed_bytes() {
    let webhook = || Router::new().route(PATH, post(receive));
    let in_turn = webhook().layer(from_fn(inside)).layer(layer());
    is_guarded(&in_turn, "one Router::layer after the other").await;

    let stack = ServiceBuilder::new()
        .layer(layer())
        .layer(MapRequestBodyLayer::new(Body::new))
        .layer(from_fn(inside));
    let name = "in one stack, behind a body-mapping layer";
    is_guarded(&webhook().layer(stack), name).await;
}

#[tokio::test]
async fn outside_the_layer_it_sees_why_a_request_was_rejected() {
    let webhook = Router::new().route(PATH, post(receive));
    let router = webhook.layer(layer()).layer(from_fn(outside));
    for (request, reason) in [
        (signed(EVENT), "none"),
        (unsigned(), "missing"),
        (forged(), "invalid"),
    ] {
        let answer = oneshot(&router, request).await;
        assert_eq!(answer.headers["x-rejected"], reason);
    }
}
