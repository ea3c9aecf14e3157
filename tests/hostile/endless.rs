//! Bodies, heads and what is between chunks, without an end.

use tokio::{io::AsyncWriteExt, net::tcp::OwnedWriteHalf, task::JoinHandle};

use crate::support::{
    BODY_LIMIT, CHUNKED, GENUINE, MIB, Raw, attackers, by_the_server, channel, chunks, data,
    event_of, forgery, genuine_event, head,
    http2::{Http2, post},
    invalid, pieces, received, rejected,
    server::each_example,
    signature, signature_line, within_reason,
};

/// More than the buffers of a socket hold: it only arrives if the server reads.
const MORE_THAN_BUFFERS: u64 = 256 * MIB;

/// Sends this again and again until the server disconnects. Returns how much was sent.
fn send_without_end(mut outgoing: OwnedWriteHalf, what: String) -> JoinHandle<u64> {
    tokio::spawn(async move {
        let mut sent = 0;
        while sent < MORE_THAN_BUFFERS && outgoing.write_all(what.as_bytes()).await.is_ok() {
            sent += what.len() as u64;
        }
        sent
    })
}

#[tokio::test]
async fn chunks_without_end_are_rejected_and_the_connection_ends() {
    let chunk = chunks(&"x".repeat(65_536), 65_536);
    each_example(async |server| {
        for (value, expected) in attackers() {
            let line = value.map_or("accept: */*".to_owned(), |value| signature_line(&value));
            let mut connection = Raw::connect(server.address).await;
            connection.send(head(&[&line, CHUNKED])).await;
            let sending = send_without_end(connection.outgoing, chunk.clone());
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
            let headers = value.iter().map(|value| ("x-loops-signature", &**value));
            let headers: Vec<_> = headers.collect();
            let (feed, body) = channel();
            let frame = data([b'x'; 16_384]).into_data().unwrap();
            for _ in 0..4 * BODY_LIMIT / frame.len() {
                feed.send(http_body::Frame::data(frame.clone())).unwrap();
            }
            let answer = connection.send(post(&headers, body)).await;
            assert_eq!(answer, expected);
            // The client was reset: it has dropped the body, which had more frames.
            within_reason(feed.closed()).await;
            server.delivers().await;
        }
        server.is_small();
    })
    .await;
}

#[tokio::test]
async fn frames_of_one_byte_are_a_body_like_any_other_or_end_the_connection() {
    let body = event_of(GENUINE, 64 * 1024);
    let bytes = chunks(&body, 1) + "0\r\n\r\n";
    let (most, last) = bytes.split_at(bytes.len() - 10);
    each_example(async |server| {
        for (value, expected) in [(signature(&body), received()), (forgery(), invalid())] {
            let mut connection = Raw::connect(server.address).await;
            let head = head(&[&signature_line(&value), CHUNKED]);
            connection.send(head + most).await;
            server.delivers().await;
            connection.send(last).await;
            assert_eq!(connection.answer().await, expected, "{value}");
        }
        server.has_handled(GENUINE).await;

        let connection = Http2::connect(server.address).await;
        let headers = [("x-loops-signature", &*forgery())];
        let flood = connection.start(post(&headers, pieces(&body, 1)));
        server.delivers().await;
        // If frames arrive faster than they are read, h2 closes the connection.
        if let Ok(answer) = within_reason(flood).await.unwrap() {
            assert_eq!(answer, invalid());
        }
        server.is_small();
    })
    .await;
}

#[tokio::test]
async fn what_is_around_the_chunks_and_a_head_have_an_end() {
    let body = genuine_event();
    let signed_head = head(&[&signature_line(&signature(&body)), CHUNKED]);
    let whole = signed_head.clone() + &chunks(&body, 9) + "0\r\n";
    let start = head(&["x-loops-signature: t="]).trim_end().to_owned();
    let pad = "x".repeat(65_536);
    let rows = [
        ("extension", signed_head.clone() + "1;", pad.clone(), true),
        ("trailer", whole.clone() + "x-pad: ", pad.clone(), true),
        ("trailers", whole, "x-pad: 1\r\n".repeat(1000), true),
        ("value", start.clone(), pad, false),
        (
            "lines",
            start,
            ",v1=\r\nx-loops-signature: t=1".repeat(1000),
            false,
        ),
    ];
    each_example(async |server| {
        for (name, start, more, is_body) in &rows {
            let mut connection = Raw::connect(server.address).await;
            connection.send(start).await;
            let sending = send_without_end(connection.outgoing, more.clone());
            server.delivers().await;
            let answer = connection.incoming.next().await;
            if *is_body {
                assert_eq!(answer, Some(rejected(400, "Unreadable body")), "{name}");
            } else {
                assert!(by_the_server(&Vec::from_iter(answer)), "{name}");
            }
            let sent = within_reason(sending).await.unwrap();
            assert!(sent < MORE_THAN_BUFFERS, "{name}: {sent} taken");
        }
        // Hyper reads zeros before the size of a chunk without an end, and without memory.
        let mut zeros = Raw::connect(server.address).await;
        zeros
            .send(signed_head.clone() + &"0".repeat(4 * BODY_LIMIT))
            .await;
        server.delivers().await;
        server.is_small();
    })
    .await;
}
