//! Trailers: whatever they say, it is said too late.

use http::{HeaderMap, HeaderValue};
use http_body::Frame;

use crate::support::{
    ATTACK, Answer, EXAMPLES, GENUINE, forgery, genuine_event,
    http2::{Http2, data, fed, post},
    invalid, missing,
    raw::{CHUNKED, Raw, chunks, head, signed},
    received,
    server::Server,
    signature,
};

/// A signature in the head, one in the trailers, the body, and what is answered.
fn rows() -> Vec<(Option<String>, String, String, Answer)> {
    let attack = || ATTACK.to_owned();
    let good = || signature(ATTACK);
    let genuine = genuine_event();
    vec![
        (None, good(), attack(), missing()),
        (Some(forgery()), good(), attack(), invalid()),
        (Some(signature(&genuine)), forgery(), genuine, received()),
    ]
}

#[tokio::test]
async fn a_signature_in_the_trailers_does_not_count() {
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for (value, trailer, body, expected) in rows() {
            let mut lines = vec![CHUNKED.to_owned(), "trailer: x-loops-signature".to_owned()];
            lines.extend(value.as_deref().map(signed));
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let end = format!("0\r\n{}\r\n\r\n", signed(&trailer));
            let mut raw = Raw::connect(server.address).await;
            raw.send(head(&lines) + &chunks(&body, 9) + &end).await;
            assert_eq!(raw.answer().await, expected, "{example}");
            if expected.0 == 200 {
                server.has_handled(GENUINE).await;
            }

            let (feed, fed) = fed();
            feed.send(data(&body)).unwrap();
            let value_of_trailer = HeaderValue::from_str(&trailer).unwrap();
            let name = "x-loops-signature".parse().unwrap();
            let trailers = HeaderMap::from_iter([(name, value_of_trailer)]);
            feed.send(Frame::trailers(trailers)).unwrap();
            drop(feed);
            let headers = value.iter().map(|value| ("x-loops-signature", &**value));
            let headers: Vec<_> = headers.collect();
            let http2 = Http2::connect(server.address).await;
            let answer = http2.send(post(&headers, fed)).await;
            assert_eq!(answer, expected, "{example}, HTTP/2");
            if expected.0 == 200 {
                server.has_handled(GENUINE).await;
            }
            server.delivers().await;
        }
        server.ends_well().await;
    }
}
