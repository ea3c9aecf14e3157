//! Bodies, heads and what is between chunks, without an end.

use tokio::{io::AsyncWriteExt, net::tcp::OwnedWriteHalf, task::JoinHandle};

use crate::support::{
    BODY_LIMIT, CHUNKED, EXAMPLES, MIB, ROOM, Raw, Reply, by_the_server, channel, chunks, data,
    forgery, genuine_event, head,
    http2::{Http2, post},
    malformed, missing, rejected,
    server::Server,
    signature, signature_line, too_large, within_reason,
};

/// More than the buffers of a socket hold: a client can only send so much if the server reads.
const MORE_THAN_BUFFERS: u64 = 256 * MIB;

fn attackers() -> [(Option<String>, Reply); 3] {
    [
        (None, missing()),
        (Some("sha256=00".to_owned()), malformed()),
        (Some(forgery()), too_large()),
    ]
}

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
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for (value, expected) in attackers() {
            let line = value.map_or("accept: */*".to_owned(), |value| signature_line(&value));
            let mut connection = Raw::connect(server.address).await;
            connection.send(head(&[&line, CHUNKED])).await;
            let sending = send_without_end(connection.outgoing, chunk.clone());
            server.delivers().await;
            let mut incoming = connection.incoming;
            assert_eq!(incoming.next().await, Some(expected), "{example}, {line}");
            assert_eq!(incoming.next().await, None, "{example}, {line}");
            let sent = within_reason(sending).await.unwrap();
            assert!(sent < MORE_THAN_BUFFERS, "{example}, {line}: {sent} taken");
        }
        let growth = server.growth();
        assert!(growth.peak < ROOM, "{example}: {growth:?}");
        server.ends_well().await;
    }
}

#[tokio::test]
async fn http2_data_without_end_is_rejected_and_the_request_ends() {
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
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
            assert_eq!(answer, expected, "{example}");
            // The client was reset: it has dropped the body, which had more frames.
            within_reason(feed.closed()).await;
            server.delivers().await;
        }
        let growth = server.growth();
        assert!(growth.peak < ROOM, "{example}: {growth:?}");
        drop(connection);
        server.ends_well().await;
    }
}

#[tokio::test]
async fn what_is_around_the_chunks_has_an_end() {
    let body = genuine_event();
    let signed_head = || head(&[&signature_line(&signature(&body)), CHUNKED]);
    let pad = "x".repeat(65_536);
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for (name, start, more) in [
            ("extension", signed_head() + "1;", pad.clone()),
            (
                "trailer",
                signed_head() + &chunks(&body, 9) + "0\r\nx-pad: ",
                pad.clone(),
            ),
            (
                "trailers",
                signed_head() + &chunks(&body, 9) + "0\r\n",
                "x-pad: 1\r\n".repeat(1000),
            ),
        ] {
            let mut connection = Raw::connect(server.address).await;
            connection.send(start).await;
            let sending = send_without_end(connection.outgoing, more);
            server.delivers().await;
            let expected = Some(rejected(400, "Unreadable body"));
            assert_eq!(
                connection.incoming.next().await,
                expected,
                "{example}, {name}"
            );
            let sent = within_reason(sending).await.unwrap();
            assert!(sent < MORE_THAN_BUFFERS, "{example}, {name}: {sent} taken");
        }

        // Hyper reads zeros before the size of a chunk without an end, and without memory.
        let mut zeros = Raw::connect(server.address).await;
        zeros.send(signed_head()).await;
        zeros.send("0".repeat(4 * BODY_LIMIT)).await;
        server.delivers().await;
        let growth = server.growth();
        assert!(growth.peak < ROOM, "{example}: {growth:?}");
        drop(zeros);
        server.ends_well().await;
    }
}

#[tokio::test]
async fn the_server_rejects_a_head_without_end() {
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let start = head(&["x-loops-signature: t="]);
        let start = start.trim_end();
        for (name, more) in [
            ("value", "1".repeat(65_536)),
            ("lines", ",v1=\r\nx-loops-signature: t=1".repeat(1000)),
        ] {
            let mut connection = Raw::connect(server.address).await;
            connection.send(start).await;
            let sending = send_without_end(connection.outgoing, more);
            server.delivers().await;
            let answers = Vec::from_iter(connection.incoming.next().await);
            assert!(by_the_server(&answers), "{example}, {name}: {answers:?}");
            let sent = within_reason(sending).await.unwrap();
            assert!(sent < MORE_THAN_BUFFERS, "{example}, {name}: {sent} taken");
        }
        let growth = server.growth();
        assert!(growth.peak < ROOM, "{example}: {growth:?}");
        server.ends_well().await;
    }
}
