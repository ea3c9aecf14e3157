//! Bodies in frames of one byte.

use crate::support::{
    CHUNKED, EXAMPLES, GENUINE, ROOM, Raw, Reply, chunks, event_of, forgery, head,
    http2::{Http2, post},
    invalid, pieces, received,
    server::Server,
    signature, signature_line, within_reason,
};

const LENGTH: usize = 64 * 1024;

fn deliveries(body: &str) -> [(String, Reply); 2] {
    [(signature(body), received()), (forgery(), invalid())]
}

#[tokio::test]
async fn chunks_of_one_byte_are_a_body_like_any_other() {
    let body = event_of(GENUINE, LENGTH);
    let bytes = chunks(&body, 1) + "0\r\n\r\n";
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for (value, expected) in deliveries(&body) {
            let mut connection = Raw::connect(server.address).await;
            connection
                .send(head(&[&signature_line(&value), CHUNKED]))
                .await;
            let (most, last) = bytes.split_at(bytes.len() - 10);
            connection.send(most).await;
            server.delivers().await;
            connection.send(last).await;
            assert_eq!(connection.answer().await, expected, "{example}, {value}");
        }
        server.has_handled(GENUINE).await;
        let growth = server.growth();
        assert!(growth.peak < ROOM, "{example}: {growth:?}");
        server.ends_well().await;
    }
}

#[tokio::test]
async fn a_flood_of_http2_frames_of_one_byte_is_rejected_by_the_layer_or_by_h2() {
    let body = event_of("hostile.attack", LENGTH);
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let connection = Http2::connect(server.address).await;
        let headers = [("x-loops-signature", &*forgery())];
        let flood = connection.start(post(&headers, pieces(&body, 1)));
        server.delivers().await;
        // If frames arrive faster than they are read, h2 closes the connection.
        if let Ok(answer) = within_reason(flood).await.unwrap() {
            assert_eq!(answer, invalid(), "{example}");
        }
        let growth = server.growth();
        assert!(growth.peak < ROOM, "{example}: {growth:?}");
        drop(connection);
        server.ends_well().await;
    }
}
