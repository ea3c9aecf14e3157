//! Plain hyper, over HTTP/1.1 and HTTP/2: the service serves a connection. `tests/hostile`
//! shows how connections end, stall or are cut off.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use tower::ServiceBuilder;
use tower_loops::VerifiedEvent;

use crate::support::{
    EVENT, INVALID, MISSING, TOO_LARGE, event_of, forged, layer, signed, unsigned,
    wire::{self, Connection, Version},
};

/// Responds with the body, the id of the event, and a trailer as gRPC has it.
async fn echo(
    request: Request<Full<Bytes>>,
) -> Result<Response<impl http_body::Body<Data = Bytes, Error = Infallible>>, Infallible> {
    let (parts, body) = request.into_parts();
    let event: &VerifiedEvent = parts.extensions.get().unwrap();
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", HeaderValue::from_static("0"));
    let mut response = Response::new(body.with_trailers(async { Some(Ok(trailers)) }));
    response
        .headers_mut()
        .insert("x-event", event.id().parse().unwrap());
    Ok(response)
}

#[tokio::test]
async fn one_connection_serves_good_and_bad_requests_in_turn() {
    let long = event_of(1025);
    for version in [Version::Http1, Version::Http2] {
        let layer = layer().with_max_body_size(1024);
        let service = ServiceBuilder::new().layer(layer).service_fn(echo);
        let mut connection = Connection::open(version, wire::serve(service).await).await;
        for (request, expected) in [
            (unsigned(), MISSING),
            (signed(EVENT), (200, EVENT)),
            (forged(), INVALID),
            (signed(EVENT), (200, EVENT)),
            (signed(&long), TOO_LARGE),
            (signed(EVENT), (200, EVENT)),
        ] {
            let answer = connection.send(request).await;
            assert_eq!(answer.seen(), expected, "{version:?}");
            let is_accepted = expected.0 == 200;
            if is_accepted {
                assert_eq!(answer.headers["x-event"], "evt_1", "{version:?}");
            } else {
                let seen = &answer.headers[CONTENT_TYPE];
                assert_eq!(seen, "application/json", "{version:?}");
            }
            let has_trailers = is_accepted && matches!(version, Version::Http2);
            assert_eq!(answer.trailers.is_some(), has_trailers, "{version:?}");
        }
    }
}
