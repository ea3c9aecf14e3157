//! Rejections while the client is still sending: the client reads the response.

use std::{net::SocketAddr, sync::Arc};

use tokio::task::JoinSet;

use crate::support::{
    ATTACK, BODY_LIMIT, CHUNKED, Raw, Reply, channel, chunks, content_length, data, event_of,
    forgery, head,
    http2::{Http2, post},
    line_of, rejected, request,
    server::each_example,
    within_reason,
};

const CLIENTS: usize = 40;

/// A signature, a body, and the response: by the header, after the body, and in the middle of the
/// body.
fn rows() -> Vec<(Option<String>, Arc<str>, Reply)> {
    let body: Arc<str> = event_of("hostile.attack", 1_000_000).into();
    let over: Arc<str> = event_of("hostile.attack", 1_500_000).into();
    let row = |signature, body: &Arc<str>, text| (signature, Arc::clone(body), rejected(text));
    vec![
        row(None, &body, "Missing signature"),
        row(Some(forgery()), &body, "Invalid signature"),
        row(Some(forgery()), &over, "Payload too large"),
        row(None, &over, "Missing signature"),
    ]
}

/// A request of another client: after its response, the server has had time for those before it.
async fn another_is_answered(address: SocketAddr) {
    let mut another = Raw::connect(address).await;
    another.send(request(&[], ATTACK)).await;
    assert_eq!(another.answer().await.0, 400);
}

async fn assert_each_read(clients: JoinSet<Option<Reply>>, expected: Reply) {
    assert_eq!(clients.join_all().await, vec![Some(expected); CLIENTS]);
}

#[tokio::test]
async fn every_http1_client_reads_its_rejection() {
    each_example(async |server| {
        let address = server.address;
        for (value, body, expected) in rows() {
            let signature = line_of(value.as_deref());
            let bytes: Arc<str> = if body.len() > BODY_LIMIT {
                head(&[&signature, CHUNKED]) + &chunks(&body, 65_536) + "0\r\n\r\n"
            } else {
                head(&[&signature, &content_length(body.len())]) + &body
            }
            .into();
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
            assert_each_read(clients, expected).await;
        }
    })
    .await;
}

#[tokio::test]
async fn every_http2_client_reads_its_rejection() {
    each_example(async |server| {
        let address = server.address;
        for (value, bytes, expected) in rows() {
            let mut clients = JoinSet::new();
            for _ in 0..CLIENTS {
                let http2 = Http2::connect(address).await;
                let (sender, body) = channel();
                let reply = http2.start(post(value.as_deref(), body));
                let bytes = Arc::clone(&bytes);
                clients.spawn(async move {
                    let (first, second) = bytes.as_bytes().split_at(bytes.len() / 2);
                    // After a reset, the client takes no more.
                    let _ = sender.send(data(first));
                    another_is_answered(address).await;
                    let _ = sender.send(data(second));
                    drop(sender);
                    let reply = within_reason(reply).await.unwrap();
                    drop(http2);
                    reply.ok()
                });
            }
            assert_each_read(clients, expected).await;
        }
    })
    .await;
}
