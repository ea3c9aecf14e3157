//! axum's body limit and tower-http's around the layer and its own.

use axum::{Router, body::Bytes, extract::DefaultBodyLimit, routing::post};

use super::{HANDLED, oneshot, receive};
use crate::support::{PATH, TOO_LARGE, event_of, layer, signed};

const MIB: usize = 1024 * 1024;

#[tokio::test]
async fn the_limit_of_the_layer_holds_whatever_axums_is() {
    let webhook = || Router::new().route(PATH, post(receive)).layer(layer());
    for router in [
        webhook(),
        webhook().layer(DefaultBodyLimit::max(8 * MIB)),
        webhook().layer(DefaultBodyLimit::disable()),
        webhook().layer(DefaultBodyLimit::max(10)),
    ] {
        assert_eq!(
            oneshot(&router, signed(&event_of(MIB))).await.seen(),
            HANDLED
        );
        assert_eq!(
            oneshot(&router, signed(&event_of(MIB + 1))).await.seen(),
            TOO_LARGE
        );
    }
}

#[tokio::test]
async fn axums_limit_is_for_extractors_that_read_the_body() {
    let reads_body = async |body: Bytes| body.len().to_string();
    let guard = layer().with_max_body_size(4 * MIB);
    let router = Router::new().route(PATH, post(reads_body)).layer(guard);
    let event = event_of(3 * MIB);
    let limited = oneshot(&router, signed(&event)).await;
    assert_eq!(limited.status, 413, "axum's default of 2 MB");
    assert!(limited.rejection.is_none(), "the layer let it through");

    let raised = router.layer(DefaultBodyLimit::max(4 * MIB));
    let seen = oneshot(&raised, signed(&event)).await.text;
    assert_eq!(seen, (3 * MIB).to_string());
}
