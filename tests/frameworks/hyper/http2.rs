//! What only HTTP/2 has: requests that share a connection while they are open, and trailers as a matter of course.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full};
use tower::ServiceBuilder;

use super::{echo, serve_echo};
use crate::support::{
    EVENT, MISSING, Pieces, TOO_LARGE, event_of, layer, post, signed, signed_as,
    wire::{self, Connection, Version, send},
};

#[tokio::test]
async fn trailers_of_the_response_are_passed_through() {
    let inner = async |_: Request<Full<Bytes>>| {
        let mut trailers = HeaderMap::new();
        trailers.insert("grpc-status", HeaderValue::from_static("0"));
        let body = Full::<Bytes>::from("data").with_trailers(async { Some(Ok(trailers)) });
        Ok::<_, Infallible>(Response::new(body))
    };
    let service = ServiceBuilder::new().layer(layer()).service_fn(inner);
    let address = wire::serve(service).await;

    let answer = send(Version::Http2, address, signed(EVENT)).await;
    assert_eq!(answer.seen(), (200, "data"));
    assert_eq!(answer.trailers.unwrap()["grpc-status"], "0");

    let refused = send(Version::Http2, address, post(Full::from(EVENT))).await;
    assert_eq!(refused.seen(), MISSING);
    assert!(refused.trailers.is_none());
}

#[tokio::test]
async fn the_connection_is_usable_after_a_refusal_with_the_body_still_open() {
    let mut connection = Connection::open(Version::Http2, serve_echo(1024).await).await;
    let long = event_of(4096);
    for (name, refused, expected) in [
        ("unsigned", post(Pieces::of(EVENT, 9).endless()), MISSING),
        (
            "unsigned, over the window",
            post(Pieces::of(&event_of(1 << 20), 4096)),
            MISSING,
        ),
        (
            "too large",
            signed_as(&long, Pieces::of(&long, 100).endless()),
            TOO_LARGE,
        ),
    ] {
        assert_eq!(connection.send(refused).await.seen(), expected, "{name}");
        let good = connection
            .send(signed_as(EVENT, Pieces::of(EVENT, 9)))
            .await;
        assert_eq!(good.seen(), (200, EVENT), "after {name}");
    }
}

#[tokio::test]
async fn a_delivery_does_not_wait_for_another_that_is_still_being_sent() {
    // There is room for one request at a time inside the layer. The slow one, signed as it may be, does not take it.
    let service = ServiceBuilder::new().layer(layer()).concurrency_limit(1);
    let address = wire::serve(service.service_fn(echo)).await;
    let mut connection = Connection::open(Version::Http2, address).await;
    let Connection::Http2(sender) = &mut connection else {
        unreachable!("opened as HTTP/2");
    };
    let mut slow = signed_as(EVENT, Pieces::of(&EVENT[..20], 5).endless());
    *slow.uri_mut() = "http://localhost/slow".parse().unwrap();
    let slow = tokio::spawn(sender.send_request(slow));
    let answer = connection
        .send(signed_as(EVENT, Pieces::of(EVENT, 9)))
        .await;
    assert_eq!(answer.seen(), (200, EVENT));
    assert!(
        !slow.is_finished(),
        "the body of the slow one is not there yet"
    );
}
