//! What is the same over HTTP/1.1 and HTTP/2.

use http::{HeaderMap, HeaderValue, header::CONTENT_TYPE};
use http_body_util::{Either, Full};

use super::serve_echo;
use crate::support::{
    EVENT, INVALID, MISSING, Pieces, TOO_LARGE, event_of, forged, post, signed, signed_as,
    unsigned,
    wire::{Connection, Version, send},
};

const VERSIONS: [Version; 2] = [Version::Http1, Version::Http2];

#[tokio::test]
async fn one_connection_serves_good_and_bad_requests_in_turn() {
    for version in VERSIONS {
        let mut connection = Connection::open(version, serve_echo(1024).await).await;
        for (name, request, expected) in [
            ("unsigned", unsigned(), MISSING),
            ("signed", signed(EVENT), (200, EVENT)),
            ("forged", forged(), INVALID),
            ("signed again", signed(EVENT), (200, EVENT)),
        ] {
            let answer = connection.send(request).await;
            assert_eq!(answer.seen(), expected, "{version:?}, {name}");
            if expected.0 == 200 {
                assert_eq!(answer.headers["x-event"], "evt_1", "{version:?}, {name}");
            } else {
                let content_type = &answer.headers[CONTENT_TYPE];
                assert_eq!(content_type, "application/json", "{version:?}, {name}");
            }
        }
    }
}

#[tokio::test]
async fn a_body_may_come_in_any_pieces() {
    let long = event_of(200_000);
    for version in VERSIONS {
        let address = serve_echo(1 << 20).await;
        for (body, size) in [(EVENT, 1), (EVENT, 7), (EVENT, 4096), (&long, 10_000)] {
            let answer = send(version, address, signed_as(body, Pieces::of(body, size))).await;
            let same = answer.seen() == (200, body);
            assert!(same, "{version:?}, {} bytes by {size}", body.len());
        }
    }
}

#[tokio::test]
async fn trailers_of_the_request_are_dropped() {
    let trailers: HeaderMap = [("x-sum".parse().unwrap(), HeaderValue::from_static("1"))]
        .into_iter()
        .collect();
    for version in VERSIONS {
        let body = Pieces::of(EVENT, 9).with_trailers(trailers.clone());
        let mut request = signed_as(EVENT, body);
        // Without it, the client sends none over HTTP/1.1.
        let names = HeaderValue::from_static("x-sum");
        request.headers_mut().insert("trailer", names);
        let answer = send(version, serve_echo(1024).await, request).await;
        assert_eq!(answer.seen(), (200, EVENT), "{version:?}");
    }
}

#[tokio::test]
async fn the_limit_is_inclusive() {
    for version in VERSIONS {
        let address = serve_echo(1024).await;
        let at = event_of(1024);
        let over = event_of(1025);
        for (name, body, declared, expected) in [
            ("at, declared", &at, true, (200, &*at)),
            ("at, undeclared", &at, false, (200, &*at)),
            ("over, declared", &over, true, TOO_LARGE),
            ("over, undeclared", &over, false, TOO_LARGE),
        ] {
            let sent = match declared {
                true => Either::Left(Full::from(body.clone())),
                false => Either::Right(Pieces::of(body, 100)),
            };
            let answer = send(version, address, signed_as(body, sent)).await;
            assert_eq!(answer.seen(), expected, "{version:?}, {name}");
        }
    }
}

#[tokio::test]
async fn a_refusal_does_not_wait_for_the_body() {
    for version in VERSIONS {
        let address = serve_echo(1024).await;
        let open = || Pieces::of("x", 1).endless();
        let mut declared = signed_as(EVENT, open());
        let length = HeaderValue::from_static("1025");
        declared.headers_mut().insert("content-length", length);
        let crossing = signed_as(EVENT, Pieces::of(&event_of(1025), 100).endless());
        for (name, request, expected) in [
            ("unsigned", post(open()), MISSING),
            ("declared too large", declared, TOO_LARGE),
            ("crossing the limit", crossing, TOO_LARGE),
        ] {
            let answer = send(version, address, request).await;
            assert_eq!(answer.seen(), expected, "{version:?}, {name}");
        }
    }
}
