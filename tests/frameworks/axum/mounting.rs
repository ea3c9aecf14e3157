//! Where the layer may stand in a router, and which routes it affects from there.

use axum::{
    Router,
    routing::{any_service, get, post},
};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower::{ServiceBuilder, util::BoxCloneSyncServiceLayer};

use super::{is_guarded, oneshot, receive};
use crate::support::{MISSING, PATH, layer};

#[tokio::test]
async fn only_signed_requests_reach_the_handler_wherever_the_layer_stands() {
    let webhook = || Router::new().route(PATH, post(receive));
    let guarded = || ServiceBuilder::new().layer(layer());
    let fallback = || Router::new().fallback(receive).layer(layer());
    let stand_alone = guarded().service(post(receive).with_state::<()>(()));
    let open = Router::new().route("/health", get(async || {}));
    let boxed = BoxCloneSyncServiceLayer::new(layer());
    let around = guarded().service(webhook());
    for (name, router) in [
        ("a ServiceBuilder", webhook().layer(guarded())),
        ("a boxed layer", webhook().layer(boxed)),
        (
            "a service",
            Router::new().route(PATH, any_service(stand_alone)),
        ),
        ("a fallback", fallback()),
        ("a merged fallback", open.merge(fallback())),
        ("around a router", Router::new().fallback_service(around)),
    ] {
        is_guarded(&router, name).await;
    }
}

/// The table of `guide::mounting`: `/health`, an unknown path and a GET on the hook for each
/// placement.
#[tokio::test]
async fn each_placement_affects_the_routes_that_the_guide_names() {
    const OPEN: (u16, &str) = (200, "well");
    const NOT_FOUND: (u16, &str) = (404, "");
    const WRONG_METHOD: (u16, &str) = (405, "");
    let health = || Router::new().route("/health", get(|| async { "well" }));
    let hook = || Router::new().route(PATH, post(receive));
    let both = || health().merge(hook());
    let nested = |inner: Router| health().nest("/api", inner);
    let inner = || Router::new().route("/webhooks/loops", post(receive));
    #[rustfmt::skip]
    let rows = [
        ("post(h).route_layer(l)",
            health().route(PATH, post(receive).route_layer(layer())),
            [OPEN, NOT_FOUND, WRONG_METHOD]),
        ("post(h).layer(l)",
            health().route(PATH, post(receive).layer(layer())), [OPEN, NOT_FOUND, MISSING]),
        ("Router::route_layer, /health before",
            both().route_layer(layer()), [MISSING, NOT_FOUND, MISSING]),
        ("Router::route_layer, /health after",
            hook().route_layer(layer()).merge(health()), [OPEN, NOT_FOUND, MISSING]),
        ("Router::layer, /health before", both().layer(layer()), [MISSING, MISSING, MISSING]),
        ("Router::layer, /health after",
            hook().layer(layer()).route("/health", get(async || "well")), [OPEN, MISSING, MISSING]),
        ("Router::layer, merged into",
            health().merge(hook().layer(layer())), [OPEN, MISSING, MISSING]),
        ("Router::route_layer, merged into",
            health().merge(hook().route_layer(layer())), [OPEN, NOT_FOUND, MISSING]),
        ("Router::layer, nested", nested(inner().layer(layer())), [OPEN, NOT_FOUND, MISSING]),
        ("Router::route_layer, nested",
            nested(inner().route_layer(layer())), [OPEN, NOT_FOUND, MISSING]),
    ];
    for (name, router, expected) in rows {
        for (path, expected) in ["/health", "/elsewhere", PATH].into_iter().zip(expected) {
            let request = Request::get(path).body(Full::<Bytes>::default()).unwrap();
            let answer = oneshot(&router, request).await;
            assert_eq!(answer.seen(), expected, "{name}: GET {path}");
        }
        is_guarded(&router, name).await;
    }
}
