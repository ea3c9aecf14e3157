//! `axum::middleware::from_fn` on both sides of the layer. It takes axum's own body only.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    middleware::{Next, from_fn, from_fn_with_state},
    response::Response,
    routing::post,
};
use http::{HeaderValue, StatusCode};
use http_body_util::Full;
use tower::ServiceBuilder;
use tower_http::map_request_body::MapRequestBodyLayer;
use tower_loops::{Rejection, VerifiedEvent};

use super::{HANDLED, oneshot, receive};
use crate::support::{EVENT, INVALID, MISSING, PATH, forged, layer, signed, unsigned};

/// Inside the layer: has the event, and may read the body.
async fn inside(State(runs): State<Arc<AtomicUsize>>, request: Request, next: Next) -> Response {
    runs.fetch_add(1, Ordering::Relaxed);
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
    let runs = Arc::new(AtomicUsize::new(0));
    let inner = || from_fn_with_state(Arc::clone(&runs), inside);
    let webhook = || Router::new().route(PATH, post(receive));
    let rows = [
        (
            "one Router::layer after the other",
            webhook().layer(inner()).layer(layer()),
        ),
        (
            "in one stack, behind a body-mapping layer",
            webhook().layer(
                ServiceBuilder::new()
                    .layer(layer())
                    .layer(MapRequestBodyLayer::new(Body::new))
                    .layer(inner()),
            ),
        ),
    ];
    for (name, router) in rows {
        runs.store(0, Ordering::Relaxed);
        for (request, expected, count) in [
            (unsigned(), MISSING, 0),
            (forged(), INVALID, 0),
            (signed(EVENT), HANDLED, 1),
        ] {
            assert_eq!(oneshot(&router, request).await.seen(), expected, "{name}");
            assert_eq!(runs.load(Ordering::Relaxed), count, "{name}");
        }
    }
}

#[tokio::test]
async fn outside_the_layer_it_sees_why_a_request_was_rejected() {
    let custom = layer().with_rejection_response(|_| {
        let mut response = http::Response::new(Full::default());
        *response.status_mut() = StatusCode::NOT_FOUND;
        response
    });
    let router = |layer| {
        let webhook = Router::new().route(PATH, post(receive));
        webhook.layer(layer).layer(from_fn(outside))
    };
    let by_default = router(layer());
    let by_custom = router(custom);
    for (name, router, request, reason) in [
        ("verified", &by_default, signed(EVENT), "none"),
        ("unsigned", &by_default, unsigned(), "missing"),
        ("forged", &by_default, forged(), "invalid"),
        (
            "unsigned, with a response of your own",
            &by_custom,
            unsigned(),
            "missing",
        ),
    ] {
        let answer = oneshot(router, request).await;
        assert_eq!(answer.headers["x-rejected"], reason, "{name}");
    }
}
