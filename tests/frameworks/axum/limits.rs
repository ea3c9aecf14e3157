//! axum's body limit around the layer and its own.

use axum::{Router, extract::DefaultBodyLimit, routing::post};

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
        for (length, expected) in [(MIB, HANDLED), (MIB + 1, TOO_LARGE)] {
            let answer = oneshot(&router, signed(&event_of(length))).await;
            assert_eq!(answer.seen(), expected);
        }
    }
}
