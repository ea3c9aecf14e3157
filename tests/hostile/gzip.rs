//! Compressed bodies. Loops sends none; the servers decompress none.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::support::{
    ATTACK, Answer, BODY_LIMIT, EXAMPLES, ROOM, event_of, invalid,
    raw::{Raw, content_length, head, signed},
    rejected,
    server::Server,
    signature,
};

fn gzip(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(text.as_bytes()).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn a_compressed_body_is_taken_as_the_bytes_it_is() {
    // Several times the limit, in a thousandth of the bytes.
    let bomb = event_of("hostile.attack", 4 * BODY_LIMIT);
    let payload = || rejected(400, "Invalid payload");
    let rows = [ATTACK, &bomb].map(|text| {
        let compressed = gzip(text);
        let as_sent = (signature(&compressed), payload());
        let as_meant = (signature(text), invalid());
        (compressed, [as_sent, as_meant])
    });
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for (compressed, signatures) in &rows {
            for (value, expected) in signatures {
                let answer = send(&server, compressed, value).await;
                assert_eq!(answer, *expected, "{example}, {}", compressed.len());
                server.delivers().await;
            }
        }
        let growth = server.growth();
        assert!(growth.peak < ROOM, "{example}: {growth:?}");
        server.ends_well().await;
    }
}

async fn send(server: &Server, compressed: &[u8], value: &str) -> Answer {
    let mut connection = Raw::connect(server.address).await;
    let head = head(&[
        &signed(value),
        "content-encoding: gzip",
        &content_length(compressed.len()),
    ]);
    connection.send(head).await;
    connection.send(compressed).await;
    connection.answer().await
}
