//! Every place in a router where the layer may be put, and how far it reaches from there.

use axum::{
    Router,
    routing::{any_service, get, post},
};
use bytes::Bytes;
use http::{Method, Request};
use http_body_util::Full;
use tower::{ServiceBuilder, ServiceExt, util::BoxCloneSyncServiceLayer};
use tower_loops::{LoopsSignatureLayer, Signer};

use super::{HANDLED, oneshot, receive};
use crate::support::{
    self, EVENT, INVALID, MISSING, PATH, forged, layer, secret, signed, unsigned,
    wire::{self, Version},
};

/// What strangers are answered where no route is.
const NOT_FOUND: (u16, &str) = (404, "");
const WRONG_METHOD: (u16, &str) = (405, "");

/// A name, the router, and what a stranger gets for an unknown path and for a wrong method.
type Mounting = (
    &'static str,
    Router,
    (u16, &'static str),
    (u16, &'static str),
);

fn mountings() -> Vec<Mounting> {
    let webhook = || Router::new().route(PATH, post(receive));
    let boxed = BoxCloneSyncServiceLayer::new(layer());
    vec![
        ("Router::layer", webhook().layer(layer()), MISSING, MISSING),
        (
            "Router::route_layer",
            webhook().route_layer(layer()),
            NOT_FOUND,
            MISSING,
        ),
        (
            "MethodRouter::layer",
            Router::new().route(PATH, post(receive).layer(layer())),
            NOT_FOUND,
            MISSING,
        ),
        (
            "MethodRouter::route_layer",
            Router::new().route(PATH, post(receive).route_layer(layer())),
            NOT_FOUND,
            WRONG_METHOD,
        ),
        (
            "a guarded router that is nested",
            Router::new().nest(
                "/api",
                Router::new()
                    .route("/webhooks/loops", post(receive))
                    .route_layer(layer()),
            ),
            NOT_FOUND,
            MISSING,
        ),
        (
            "a layer around nested routers",
            Router::new()
                .nest(
                    "/api",
                    Router::new().nest("/webhooks", Router::new().route("/loops", post(receive))),
                )
                .layer(layer()),
            MISSING,
            MISSING,
        ),
        (
            "a fallback",
            Router::new().fallback(receive).layer(layer()),
            MISSING,
            MISSING,
        ),
        (
            "the fallback of a merged router",
            Router::new()
                .route("/health", get(|| async {}))
                .merge(Router::new().fallback(receive).layer(layer())),
            MISSING,
            MISSING,
        ),
        (
            "a service of its own at a route",
            Router::new().route(
                PATH,
                any_service(
                    ServiceBuilder::new()
                        .layer(layer())
                        .service(post(receive).with_state::<()>(())),
                ),
            ),
            NOT_FOUND,
            MISSING,
        ),
        (
            "a ServiceBuilder",
            webhook().layer(ServiceBuilder::new().layer(layer())),
            MISSING,
            MISSING,
        ),
        ("a boxed layer", webhook().layer(boxed), MISSING, MISSING),
    ]
}

#[tokio::test]
async fn only_signed_requests_reach_the_handler_wherever_the_layer_stands() {
    for (name, router, ..) in mountings() {
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
    for (name, router, ..) in mountings() {
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

#[tokio::test]
async fn the_layer_reaches_as_far_as_axum_says() {
    for (name, router, unknown_path, wrong_method) in mountings() {
        let request = |method, path| {
            let request = Request::builder().method(method).uri(path);
            request.body(Full::<Bytes>::default()).unwrap()
        };
        let elsewhere = oneshot(&router, request(Method::POST, "/elsewhere")).await;
        assert_eq!(elsewhere.seen(), unknown_path, "{name}: unknown path");
        let get = oneshot(&router, request(Method::GET, PATH)).await;
        assert_eq!(get.seen(), wrong_method, "{name}: wrong method");
    }
}

#[tokio::test]
async fn merged_routes_beside_the_guarded_one_need_no_signature() {
    let guarded = Router::new().route(PATH, post(receive)).layer(layer());
    let open = Router::new().route("/health", get(|| async { "well" }));
    for (name, router) in [
        ("guarded.merge(open)", guarded.clone().merge(open.clone())),
        ("open.merge(guarded)", open.merge(guarded)),
    ] {
        let health = Request::get("/health")
            .body(Full::<Bytes>::default())
            .unwrap();
        assert_eq!(
            oneshot(&router, health).await.seen(),
            (200, "well"),
            "{name}"
        );
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
