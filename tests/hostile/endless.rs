//! Bodies without an end.

use tokio::io::AsyncWriteExt;

use crate::support::{
    BODY_LIMIT, CHUNKED, Raw, attackers, channel, chunks, data, head,
    http2::{Http2, post},
    line_of,
    server::each_example,
    within_reason,
};

/// More than the buffers of a socket hold: it only arrives if the server reads.
const MORE_THAN_BUFFERS: usize = 256 * BODY_LIMIT;

#[tokio::test]
async fn chunks_without_end_are_rejected_and_the_connection_ends() {
    let chunk = chunks(&"x".repeat(65_536), 65_536);
    each_example(async |server| {
        for (value, expected) in attackers() {
            let line = line_of(value.as_deref());
            let mut connection = Raw::connect(server.address).await;
            connection.send(head(&[&line, CHUNKED])).await;
            let (mut outgoing, chunk) = (connection.outgoing, chunk.clone());
            let sending = tokio::spawn(async move {
                let mut sent = 0;
                while sent < MORE_THAN_BUFFERS && outgoing.write_all(chunk.as_bytes()).await.is_ok()
                {
                    sent += chunk.len();
                }
                sent
            });
            server.delivers().await;
            let mut incoming = connection.incoming;
            assert_eq!(incoming.next().await, Some(expected), "{line}");
            assert_eq!(incoming.next().await, None, "{line}");
            let sent = within_reason(sending).await.unwrap();
            assert!(sent < MORE_THAN_BUFFERS, "{line}: {sent} taken");
        }
        server.is_small();
    })
    .await;
}

#[tokio::test]
async fn http2_data_without_end_is_rejected_and_the_request_ends() {
    each_example(async |server| {
        // They share a connection: a rejected request releases its flow control.
        let connection = Http2::connect(server.address).await;
        for (value, expected) in attackers() {
            let (feed, body) = channel();
            let frame = data([b'x'; 16_384]).into_data().unwrap();
            for _ in 0..4 * BODY_LIMIT / frame.len() {
                feed.send(http_body::Frame::data(frame.clone())).unwrap();
            }
            let answer = connection.send(post(value.as_deref(), body)).await;
            assert_eq!(answer, expected);
            // The client was reset: it has dropped the body, which had more frames.
            within_reason(feed.closed()).await;
            server.delivers().await;
        }
        server.is_small();
    })
    .await;
}
