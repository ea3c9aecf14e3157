//! Every place in a router where the layer may be put, and how far it reaches from there.

use axum::{
    Router,
    routing::{any_service, get, post},
};
use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tower::{ServiceBuilder, ServiceExt, util::BoxCloneSyncServiceLayer};
use tower_loops::{LoopsSignatureLayer, Signer};

use super::{HANDLED, oneshot, receive};
use crate::support::{
    self, EVENT, INVALID, MISSING, PATH, forged, layer, secret, signed, unsigned,
    wire::{self, Version},
};

type Mounting = (&'static str, Router);

fn mountings() -> Vec<Mounting> {
    let webhook = || Router::new().route(PATH, post(receive));
    let boxed = BoxCloneSyncServiceLayer::new(layer());
    let hook = || post(receive);
    let nested = |inner: Router| Router::new().nest("/api/webhooks", inner);
    let inner = || Router::new().route("/loops", post(receive));
    let stand_alone = ServiceBuilder::new()
        .layer(layer())
        .service(hook().with_state::<()>(()));
    vec![
        ("Router::layer", webhook().layer(layer())),
        ("Router::route_layer", webhook().route_layer(layer())),
        (
            "post.layer",
            Router::new().route(PATH, hook().layer(layer())),
        ),
        (
            "post.route_layer",
            Router::new().route(PATH, hook().route_layer(layer())),
        ),
        (
            "inside a nested router",
            nested(inner().route_layer(layer())),
        ),
        ("around a nested router", nested(inner()).layer(layer())),
        ("a fallback", Router::new().fallback(receive).layer(layer())),
        (
            "the fallback of a merged router",
            Router::new()
                .route("/health", get(|| async {}))
                .merge(Router::new().fallback(receive).layer(layer())),
        ),
        (
            "a service of its own at a route",
            Router::new().route(PATH, any_service(stand_alone)),
        ),
        (
            "a ServiceBuilder",
            webhook().layer(ServiceBuilder::new().layer(layer())),
        ),
        ("a boxed layer", webhook().layer(boxed)),
    ]
}

#[tokio::test]
async fn only_signed_requests_reach_the_handler_wherever_the_layer_stands() {
    for (name, router) in mountings() {
        assert_eq!(
            oneshot(&router, signed(EVENT)).await.seen(),
            HANDLED,
            "{name}"
        );
        assert_eq!(oneshot(&router, unsigned()).await.seen(), MISSING, "{name}");
        assert_eq!(oneshot(&router, forged()).await.seen(), INVALID, "{name}");
    }
}

#[tokio::test]
async fn over_a_socket_it_is_the_same() {
    for (name, router) in mountings() {
        let address = wire::serve_router(router).await;
        for version in [Version::Http1, Version::Http2] {
            let rows = [
                (signed(EVENT), HANDLED),
                (unsigned(), MISSING),
                (forged(), INVALID),
            ];
            for (request, expected) in rows {
                let answer = wire::send(version, address, request).await;
                assert_eq!(answer.seen(), expected, "{name}, {version:?}");
            }
        }
    }
}

/// The table of `guide::mounting`: `/health`, an unknown path and a GET on the hook, for each placement.
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
    let rows = [
        (
            "post(h).route_layer(l)",
            health().route(PATH, post(receive).route_layer(layer())),
            [OPEN, NOT_FOUND, WRONG_METHOD],
        ),
        (
            "post(h).layer(l)",
            health().route(PATH, post(receive).layer(layer())),
            [OPEN, NOT_FOUND, MISSING],
        ),
        (
            "Router::route_layer, /health before",
            both().route_layer(layer()),
            [MISSING, NOT_FOUND, MISSING],
        ),
        (
            "Router::route_layer, /health after",
            hook().route_layer(layer()).merge(health()),
            [OPEN, NOT_FOUND, MISSING],
        ),
        (
            "Router::layer, /health before",
            both().layer(layer()),
            [MISSING, MISSING, MISSING],
        ),
        (
            "Router::layer, /health after",
            hook()
                .layer(layer())
                .route("/health", get(|| async { "well" })),
            [OPEN, MISSING, MISSING],
        ),
        (
            "Router::layer, merged into",
            health().merge(hook().layer(layer())),
            [OPEN, MISSING, MISSING],
        ),
        (
            "Router::route_layer, merged into",
            health().merge(hook().route_layer(layer())),
            [OPEN, NOT_FOUND, MISSING],
        ),
        (
            "Router::layer, nested",
            nested(inner().layer(layer())),
            [OPEN, NOT_FOUND, MISSING],
        ),
        (
            "Router::route_layer, nested",
            nested(inner().route_layer(layer())),
            [OPEN, NOT_FOUND, MISSING],
        ),
    ];
    for (name, router, expected) in rows {
        for (path, expected) in ["/health", "/elsewhere", PATH].into_iter().zip(expected) {
            let request = Request::get(path).body(Full::<Bytes>::default()).unwrap();
            let answer = oneshot(&router, request).await;
            assert_eq!(answer.seen(), expected, "{name}: GET {path}");
        }
        assert_eq!(oneshot(&router, unsigned()).await.seen(), MISSING, "{name}");
        assert_eq!(
            oneshot(&router, signed(EVENT)).await.seen(),
            HANDLED,
            "{name}"
        );
    }
}

#[tokio::test]
async fn each_route_has_its_own_secret() {
    let guard = |text| LoopsSignatureLayer::new(secret(text)).with_clock(support::now);
    let router = Router::new()
        .route("/live", post(receive).layer(guard("whsec_live")))
        .route("/test", post(receive).layer(guard("whsec_test")));
    for (path, signer, expected) in [
        ("/live", "whsec_live", HANDLED),
        ("/live", "whsec_test", INVALID),
        ("/test", "whsec_test", HANDLED),
        ("/test", "whsec_live", INVALID),
    ] {
        let mut request = unsigned();
        *request.uri_mut() = path.parse().unwrap();
        let signature = Signer::new(secret(signer)).sign(EVENT.as_bytes(), support::now());
        request
            .headers_mut()
            .insert(tower_loops::SIGNATURE_HEADER, signature);
        let answer = oneshot(&router, request).await;
        assert_eq!(answer.seen(), expected, "{path} signed with {signer}");
    }
}

#[tokio::test]
async fn a_router_may_stand_inside_a_bare_stack() {
    let router = Router::new().route(PATH, post(receive));
    let service = ServiceBuilder::new().layer(layer()).service(router);
    for (request, expected) in [(signed(EVENT), HANDLED), (unsigned(), MISSING)] {
        let response = service.clone().oneshot(request).await.unwrap();
        assert_eq!(support::Answer::of(response).await.seen(), expected);
    }
}
