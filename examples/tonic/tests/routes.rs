//! tonic: the layer around a whole server, and around one route beside its services, as in the
//! example.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "../../../tests/frameworks/support/mod.rs"]
#[allow(
    dead_code,
    unused_imports,
    reason = "the tests of the other frameworks need the rest"
)]
mod support;

use std::net::SocketAddr;

use axum::{Router, routing::post};
use bytes::Bytes;
use http::{HeaderValue, Request, header::CONTENT_TYPE};
use http_body_util::Full;
use testkit::delivery::sign;
use tonic::{
    Code,
    service::Routes,
    transport::{Channel, Server, server::TcpIncoming},
};
use tonic_health::{
    pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient},
    server::health_reporter,
};
use tower_loops::{SIGNATURE_HEADER, VerifiedEvent};

use support::{
    EVENT, INVALID, MISSING, PATH,
    example::{self, Example},
    forged, layer, signed, unsigned,
    wire::{self, Version, send},
};

const HEALTH_CHECK: &str = "/grpc.health.v1.Health/Check";

async fn receive(event: VerifiedEvent) -> String {
    format!("handled {}", event.id())
}

/// The layer around everything that the server serves.
async fn serve_guarded() -> SocketAddr {
    let (_reporter, health) = health_reporter();
    let routes = Routes::new(health).into_axum_router();
    let routes = routes.route(PATH, post(receive));
    let (listener, address) = wire::listen().await;
    let server = Server::builder()
        .accept_http1(true)
        .layer(layer())
        .add_routes(Routes::from(routes))
        .serve_with_incoming(TcpIncoming::from(listener));
    tokio::spawn(server);
    address
}

/// The layer around the webhook only.
async fn serve_beside() -> SocketAddr {
    let (_reporter, health) = health_reporter();
    let webhook = Router::new().route(PATH, post(receive).layer(layer()));
    let routes = Routes::new(health).into_axum_router().merge(webhook);
    let (listener, address) = wire::listen().await;
    let server = Server::builder()
        .accept_http1(true)
        .add_routes(Routes::from(routes))
        .serve_with_incoming(TcpIncoming::from(listener));
    tokio::spawn(server);
    address
}

async fn check_health(address: SocketAddr) -> Result<ServingStatus, tonic::Status> {
    let channel = Channel::from_shared(format!("http://{address}")).unwrap();
    let mut client = HealthClient::new(channel.connect().await.unwrap());
    let response = client.check(HealthCheckRequest::default()).await?;
    Ok(response.into_inner().status())
}

/// The health check as it goes over the wire.
fn grpc_call(signature: Option<HeaderValue>) -> Request<Full<Bytes>> {
    let mut request = Request::post(HEALTH_CHECK)
        .header(CONTENT_TYPE, "application/grpc")
        .header("te", "trailers")
        .body(Full::from(EMPTY_MESSAGE))
        .unwrap();
    if let Some(signature) = signature {
        request.headers_mut().insert(SIGNATURE_HEADER, signature);
    }
    request
}

const EMPTY_MESSAGE: &[u8] = &[0; 5];

#[tokio::test]
async fn around_the_server_no_call_gets_through_unsigned() {
    let address = serve_guarded().await;
    let status = check_health(address).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal, "what gRPC makes of a 400");

    let unsigned_call = send(Version::Http2, address, grpc_call(None)).await;
    assert_eq!(unsigned_call.seen(), MISSING);
    assert_eq!(unsigned_call.headers[CONTENT_TYPE], "application/json");
    assert!(!unsigned_call.headers.contains_key("grpc-status"));

    let no_event = (400, r#"{"error":"Invalid payload"}"#);
    let signed_call = grpc_call(Some(sign(EMPTY_MESSAGE)));
    let answer = send(Version::Http2, address, signed_call).await;
    assert_eq!(answer.seen(), no_event, "a gRPC message is not an event");
}

#[tokio::test]
async fn around_the_server_signed_events_get_through() {
    let address = serve_guarded().await;
    webhook_demands_a_signature(address).await;
}

#[tokio::test]
async fn beside_services_only_the_webhook_demands_a_signature() {
    let address = serve_beside().await;
    assert_eq!(check_health(address).await.unwrap(), ServingStatus::Serving);
    webhook_demands_a_signature(address).await;

    let call = send(Version::Http2, address, grpc_call(None)).await;
    assert_eq!(call.status, 200);
    assert_eq!(call.trailers.unwrap()["grpc-status"], "0");

    let mut unknown = grpc_call(None);
    *unknown.uri_mut() = "/no.such.Service/Method".parse().unwrap();
    let unknown = send(Version::Http2, address, unknown).await;
    let unimplemented = (Code::Unimplemented as i32).to_string();
    assert_eq!(
        unknown.headers["grpc-status"], unimplemented,
        "tonic's own fallback"
    );
}

async fn webhook_demands_a_signature(address: SocketAddr) {
    for version in [Version::Http1, Version::Http2] {
        for (request, expected) in [
            (signed(EVENT), (200, "handled evt_1")),
            (unsigned(), MISSING),
            (forged(), INVALID),
        ] {
            let answer = send(version, address, request).await;
            assert_eq!(answer.seen(), expected, "{version:?}");
        }
    }
}

#[tokio::test]
async fn the_example_answers_signed_events_and_rejects_the_rest() {
    example::answers_signed_events_and_rejects_the_rest("tonic").await;
}

#[tokio::test]
async fn the_example_does_not_start_without_a_secret() {
    example::does_not_start_without_a_secret("tonic").await;
}

#[tokio::test]
async fn the_example_serves_health_checks_beside_the_webhook() {
    let example = Example::start("tonic").await;
    let status = check_health(example.address).await.unwrap();
    assert_eq!(status, ServingStatus::Serving);
}
