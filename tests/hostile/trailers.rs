//! Trailers: a signature in them does not count.

use http::{HeaderMap, HeaderValue};
use http_body::Frame;

use crate::support::{
    ATTACK, CHUNKED, EXAMPLES, GENUINE, Raw, Reply, channel, chunks, data, forgery, genuine_event,
    head,
    http2::{Http2, post},
    invalid, missing, received,
    server::Server,
    signature, signature_line,
};

/// A signature in the head, one in the trailers, the body, and the response.
fn rows() -> Vec<(Option<String>, String, String, Reply)> {
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
            lines.extend(value.as_deref().map(signature_line));
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let end = format!("0\r\n{}\r\n\r\n", signature_line(&trailer));
            let mut raw = Raw::connect(server.address).await;
            raw.send(head(&lines) + &chunks(&body, 9) + &end).await;
            assert_eq!(raw.answer().await, expected, "{example}");
            if expected.0 == 200 {
                server.has_handled(GENUINE).await;
            }

            let (feed, fed) = channel();
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
