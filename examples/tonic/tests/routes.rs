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

use axum::routing::post;
use bytes::Bytes;
use http::{Request, header::CONTENT_TYPE};
use http_body_util::Full;
use tonic::{
    Code,
    service::Routes,
    transport::{Channel, Server, server::TcpIncoming},
};
use tonic_health::{
    pb::{HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient},
    server::health_reporter,
};
use tower_loops::VerifiedEvent;

use support::{
    EVENT, MISSING, PATH,
    example::{self, Example},
    layer, signed,
    wire::{self, Version, send},
};

const HEALTH_CHECK: &str = "/grpc.health.v1.Health/Check";

async fn check_health(address: SocketAddr) -> Result<ServingStatus, tonic::Status> {
    let channel = Channel::from_shared(format!("http://{address}")).unwrap();
    let mut client = HealthClient::new(channel.connect().await.unwrap());
    let response = client.check(HealthCheckRequest::default()).await?;
    Ok(response.into_inner().status())
}

/// The health check as it goes over the wire.
fn grpc_call(path: &str) -> Request<Full<Bytes>> {
    let request = Request::post(path)
        .header(CONTENT_TYPE, "application/grpc")
        .header("te", "trailers");
    let empty_message = Full::from(&[0; 5][..]);
    request.body(empty_message).unwrap()
}

#[tokio::test]
async fn around_the_server_no_call_gets_through_unsigned() {
    let (_reporter, health) = health_reporter();
    let routes = Routes::new(health).into_axum_router();
    let receive = async |event: VerifiedEvent| format!("handled {}", event.id());
    let routes = routes.route(PATH, post(receive));
    let (listener, address) = wire::listen().await;
    let server = Server::builder()
        .accept_http1(true)
        .layer(layer())
        .add_routes(Routes::from(routes))
        .serve_with_incoming(TcpIncoming::from(listener));
    tokio::spawn(server);

    let status = check_health(address).await.unwrap_err();
    assert_eq!(status.code(), Code::Internal, "what gRPC makes of a 400");
    let call = send(Version::Http2, address, grpc_call(HEALTH_CHECK)).await;
    assert_eq!(call.seen(), MISSING);
    for version in [Version::Http1, Version::Http2] {
        let event = send(version, address, signed(EVENT)).await;
        assert_eq!(event.seen(), (200, "handled evt_1"), "{version:?}");
    }
}

#[tokio::test]
async fn beside_services_only_the_webhook_demands_a_signature() {
    let example = Example::start("tonic").await;
    let address = example.address;
    assert_eq!(check_health(address).await.unwrap(), ServingStatus::Serving);

    let call = send(Version::Http2, address, grpc_call(HEALTH_CHECK)).await;
    assert_eq!(call.status, 200);
    assert_eq!(call.trailers.unwrap()["grpc-status"], "0");

    let unknown = grpc_call("/no.such.Service/Method");
    let answer = send(Version::Http2, address, unknown).await;
    let unimplemented = (Code::Unimplemented as i32).to_string();
    assert_eq!(answer.headers["grpc-status"], unimplemented);
}

#[tokio::test]
async fn the_example_answers_signed_events_and_rejects_the_rest() {
    example::answers_signed_events_and_rejects_the_rest("tonic").await;
}

#[tokio::test]
async fn the_example_does_not_start_without_a_secret() {
    example::does_not_start_without_a_secret("tonic").await;
}
