//! axum's and tower-http's body limits around the layer and its own.

use axum::{Router, body::Bytes, extract::DefaultBodyLimit, routing::post};
use tower_http::limit::RequestBodyLimitLayer;
use tower_loops::Rejection;

use super::{HANDLED, oneshot, receive};
use crate::support::{
    EVENT, MISSING, PATH, Pieces, TOO_LARGE, event_of, layer, post as post_request, signed,
    signed_as, unsigned,
    wire::{self, Version},
};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn the_layers_limit_holds_whatever_axums_is() {
    let webhook = || Router::new().route(PATH, post(receive));
    for (name, router) in [
        ("default", webhook().layer(layer())),
        (
            "raised",
            webhook()
                .layer(layer())
                .layer(DefaultBodyLimit::max(8 * MIB)),
        ),
        (
            "disabled",
            webhook().layer(layer()).layer(DefaultBodyLimit::disable()),
        ),
        (
            "lowered",
            webhook().layer(layer()).layer(DefaultBodyLimit::max(10)),
        ),
    ] {
        let at_limit = oneshot(&router, signed(&event_of(MIB))).await;
        assert_eq!(at_limit.seen(), HANDLED, "{name}: at the limit");
        let over = oneshot(&router, signed(&event_of(MIB + 1))).await;
        assert_eq!(over.seen(), TOO_LARGE, "{name}: over it");
    }
}

#[tokio::test]
async fn axums_limit_is_for_extractors_that_read_the_body() {
    let reads_body = async |body: Bytes| body.len().to_string();
    let guard = || layer().with_max_body_size(4 * MIB);
    let router = |layer| Router::new().route(PATH, post(reads_body)).layer(layer);
    let event = event_of(3 * MIB);

    let limited = oneshot(&router(guard()), signed(&event)).await;
    assert_eq!(limited.status, 413, "axum's default of 2 MB");
    assert!(limited.rejection.is_none(), "the layer let it through");

    let raised = router(guard()).layer(DefaultBodyLimit::max(4 * MIB));
    let answer = oneshot(&raised, signed(&event)).await;
    assert_eq!(answer.seen(), (200, &*(3 * MIB).to_string()));
}

#[tokio::test]
async fn a_limiter_outside_is_answered_as_too_large() {
    let webhook = Router::new().route(PATH, post(receive)).layer(layer());
    let router = webhook.layer(RequestBodyLimitLayer::new(EVENT.len()));
    assert_eq!(oneshot(&router, signed(EVENT)).await.seen(), HANDLED);

    let long = event_of(EVENT.len() + 1);
    // Of undeclared length: the limiter fails the body while the layer reads it.
    let answer = oneshot(&router, signed_as(&long, Pieces::of(&long, 7))).await;
    assert_eq!(answer.seen(), TOO_LARGE);
    let reason = answer.rejection;
    assert!(
        matches!(reason, Some(Rejection::BodyTooLarge { limit: None, .. })),
        "{reason:?}"
    );
    // An unsigned body is drained: that its limiter fails it then changes nothing.
    let answer = oneshot(&router, post_request(Pieces::of(&long, 7))).await;
    assert_eq!(answer.seen(), MISSING);

    let address = wire::serve_router(router.clone()).await;
    for version in [Version::Http1, Version::Http2] {
        let chunked = signed_as(&long, Pieces::of(&long, 7));
        let answer = wire::send(version, address, chunked).await;
        assert_eq!(answer.seen(), TOO_LARGE, "{version:?}");
        let answer = wire::send(version, address, unsigned()).await;
        assert_eq!(answer.seen(), MISSING, "{version:?}");
        // Of declared length: the limiter answers by itself.
        let answer = wire::send(version, address, signed(&long)).await;
        assert_eq!(answer.status, 413, "{version:?}");
    }
}
