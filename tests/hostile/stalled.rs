//! Many bodies that begin and never go on.

use std::env;

use crate::support::{
    BODY_LIMIT, MIB, Raw, channel, content_length, data, event_of, forgery, head,
    http2::{Http2, post},
    server::{affordable, each_example},
    signature_line,
};

/// What each attacker sends before it stops.
const SENT: usize = 4096;

/// The number of attackers. To measure more of them:
/// `HOSTILE_CONNECTIONS=2000 cargo test --test hostile stalled -- --nocapture`
fn connections() -> usize {
    let wanted = env::var("HOSTILE_CONNECTIONS").map_or(400, |text| text.parse().unwrap());
    affordable(wanted)
}

#[tokio::test]
async fn stalled_connections_cost_what_they_sent_and_block_no_delivery() {
    let count = connections();
    // They declare the limit: reserving that would take a hundred times what they send.
    let head = head(&[&signature_line(&forgery()), &content_length(BODY_LIMIT)]);
    let start = head + &event_of("hostile.attack", SENT);
    each_example(async |server| {
        let mut attackers = Vec::new();
        for _ in 0..count {
            let mut attacker = Raw::connect(server.address).await;
            attacker.send(&start).await;
            attackers.push(attacker);
        }
        server.has_connections(count).await;
        for _ in 0..20 {
            server.delivers().await;
        }
        // When the server is idle, it has read what was sent.
        server.rests().await;

        let growth = server.growth();
        let each = |bytes: u64| bytes / count as u64;
        println!(
            "{count} connections stalled after {SENT} bytes: {} bytes resident and {} reserved for each",
            each(growth.resident),
            each(growth.reserved)
        );
        // What was sent, the read buffer of 8 KiB, the tasks, and what an allocator rounds up.
        let fair = 64 * 1024;
        assert!(each(growth.resident) < fair, "{growth:?}");
        assert!(each(growth.reserved) < fair, "{growth:?}");
        server.delivers().await;
    })
    .await;
}

#[tokio::test]
async fn stalled_http2_requests_cost_what_they_sent_and_block_no_delivery() {
    // The `hyper` example lets 16 be open on a connection.
    let (connections, streams) = (20, 16);
    each_example(async |server| {
        let mut attackers = Vec::new();
        for _ in 0..connections {
            let connection = Http2::connect(server.address).await;
            let start = |_| {
                let (feed, body) = channel();
                let request = post(Some(&forgery()), body);
                let answer = connection.start(request);
                feed.send(data([b'x'; SENT])).unwrap();
                (feed, answer)
            };
            let requests: Vec<_> = (0..streams).map(start).collect();
            attackers.push((connection, requests));
            server.delivers().await;
        }
        server.has_connections(connections).await;
        server.rests().await;

        let growth = server.growth();
        let each = growth.resident / (connections * streams) as u64;
        println!(
            "HTTP/2, {streams} requests on each of {connections}: {each} bytes resident for each"
        );
        assert!(growth.resident < 20 * MIB, "{growth:?}");
        assert!(growth.reserved < 20 * MIB, "{growth:?}");
        let mut answers = attackers.iter().flat_map(|(_, requests)| requests);
        let is_answered = answers.any(|(_, answer)| answer.is_finished());
        assert!(!is_answered, "there is nothing to answer yet");
        server.delivers().await;
    })
    .await;
}
