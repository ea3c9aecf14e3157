//! Rejections of clients that are still sending: each reads the response.

use std::{net::SocketAddr, sync::Arc};

use tokio::task::JoinSet;

use crate::support::{
    ATTACK, BODY_LIMIT, CHUNKED, EXAMPLES, Raw, Reply, channel, chunks, content_length, data,
    event_of, forgery, head,
    http2::{Http2, post},
    invalid, malformed, missing, request,
    server::Server,
    signature_line, stale, too_large, too_old, within_reason,
};

const CLIENTS: usize = 40;

/// What a client sends, and the response.
struct Row {
    name: &'static str,
    signature: Option<String>,
    body: Arc<str>,
    expected: Reply,
}

impl Row {
    /// The header lines, without the length.
    fn lines(&self) -> Vec<String> {
        self.signature
            .iter()
            .map(|value| signature_line(value))
            .collect()
    }

    fn headers(&self) -> Vec<(&str, &str)> {
        let value = self.signature.as_deref();
        value
            .map(|value| ("x-loops-signature", value))
            .into_iter()
            .collect()
    }
}

/// By the header, after the body, and in the middle of it.
fn rows() -> Vec<Row> {
    let body: Arc<str> = event_of("hostile.attack", 1_000_000).into();
    let over: Arc<str> = event_of("hostile.attack", 1_500_000).into();
    let stale = stale(&body);
    let row = |name, signature, body: &Arc<str>, expected| Row {
        name,
        signature,
        body: Arc::clone(body),
        expected,
    };
    vec![
        row("missing", None, &body, missing()),
        row("malformed", Some("t=1".to_owned()), &body, malformed()),
        row("stale", Some(stale), &body, too_old()),
        row("forged", Some(forgery()), &body, invalid()),
        row("too large", Some(forgery()), &over, too_large()),
        row("missing, too large", None, &over, missing()),
    ]
}

/// A request of another client: after its response, the server has had time for those before it.
async fn another_is_answered(address: SocketAddr) {
    let mut another = Raw::connect(address).await;
    another.send(request(&[], ATTACK)).await;
    assert_eq!(another.answer().await, missing());
}

#[tokio::test]
async fn every_http1_client_reads_its_rejection() {
    for example in EXAMPLES {
        let server = Server::start(example).await;
        for row in rows() {
            let is_chunked = row.body.len() > BODY_LIMIT;
            let length = content_length(row.body.len());
            let mut lines = row.lines();
            lines.push(if is_chunked {
                CHUNKED.to_owned()
            } else {
                length
            });
            let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
            let mut bytes = row.body.to_string();
            if is_chunked {
                bytes = chunks(&bytes, 65_536) + "0\r\n\r\n";
            }
            let bytes: Arc<str> = (head(&lines) + &bytes).into();
            let address = server.address;
            let mut clients = JoinSet::new();
            for _ in 0..CLIENTS {
                let bytes = Arc::clone(&bytes);
                clients.spawn(async move {
                    let mut connection = Raw::connect(address).await;
                    let (first, second) = bytes.split_at(bytes.len() / 2);
                    connection.send(first).await;
                    another_is_answered(address).await;
                    // Most clients do not read after a failed write.
                    if !connection.try_send(second).await {
                        return None;
                    }
                    connection.incoming.next().await
                });
            }
            let answers = clients.join_all().await;
            let right = |answer: &&Option<Reply>| answer.as_ref() == Some(&row.expected);
            let count = answers.iter().filter(right).count();
            assert_eq!(count, CLIENTS, "{example}, {}: {answers:?}", row.name);
        }
        server.ends_well().await;
    }
}

#[tokio::test]
async fn every_http2_client_reads_its_rejection() {
    for example in EXAMPLES {
        let server = Server::start(example).await;
        for row in rows() {
            let mut clients = JoinSet::new();
            for _ in 0..CLIENTS {
                let http2 = Http2::connect(server.address).await;
                let address = server.address;
                let (feed, body) = channel();
                let answer = http2.start(post(&row.headers(), body));
                let bytes = Arc::clone(&row.body);
                clients.spawn(async move {
                    let (first, second) = bytes.as_bytes().split_at(bytes.len() / 2);
                    // After a reset, the client takes no more.
                    let _ = feed.send(data(first));
                    another_is_answered(address).await;
                    let _ = feed.send(data(second));
                    drop(feed);
                    let answer = within_reason(answer).await.unwrap();
                    drop(http2);
                    answer.ok()
                });
            }
            let answers = clients.join_all().await;
            let right = |answer: &&Option<Reply>| answer.as_ref() == Some(&row.expected);
            let count = answers.iter().filter(right).count();
            assert_eq!(count, CLIENTS, "{example}, {}: {answers:?}", row.name);
        }
        server.ends_well().await;
    }
}
