//! Many bodies that begin and never go on.

use std::env;

use crate::support::{
    BODY_LIMIT, EXAMPLES, MIB, Raw, channel, content_length, data, event_of, forgery, head,
    http2::{Http2, post},
    server::{Server, affordable},
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
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
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
        // At rest, it has read what was sent.
        server.rests().await;

        let growth = server.growth();
        let each = |bytes: u64| bytes / count as u64;
        println!(
            "{example}, {count} connections stalled after {SENT} bytes of a body: {} bytes resident and {} reserved for each",
            each(growth.resident),
            each(growth.reserved)
        );
        // What was sent, the read buffer of 8 KiB, the tasks, and what an allocator rounds up.
        let fair = 64 * 1024;
        assert!(each(growth.resident) < fair, "{example}: {growth:?}");
        assert!(each(growth.reserved) < fair, "{example}: {growth:?}");

        server.delivers().await;
        drop(attackers);
        server.ends_well().await;
    }
}

#[tokio::test]
async fn stalled_http2_requests_cost_what_they_sent_and_block_no_delivery() {
    // The `hyper` example lets 16 be open on a connection.
    let (connections, streams) = (20, 16);
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let mut attackers = Vec::new();
        for _ in 0..connections {
            let connection = Http2::connect(server.address).await;
            let requests: Vec<_> = (0..streams)
                .map(|_| {
                    let (feed, body) = channel();
                    let request = post(&[("x-loops-signature", &forgery())], body);
                    let answer = connection.start(request);
                    feed.send(data([b'x'; SENT])).unwrap();
                    (feed, answer)
                })
                .collect();
            attackers.push((connection, requests));
            server.delivers().await;
        }
        server.has_connections(connections).await;
        server.rests().await;

        let growth = server.growth();
        let each = growth.resident / (connections * streams) as u64;
        println!(
            "{example}, HTTP/2, {connections} connections of {streams} requests stalled after {SENT} bytes of a body: {each} bytes resident for each request",
        );
        assert!(growth.resident < 20 * MIB, "{example}: {growth:?}");
        assert!(growth.reserved < 20 * MIB, "{example}: {growth:?}");
        for (_, requests) in &attackers {
            let answered = requests.iter().any(|(_, answer)| answer.is_finished());
            assert!(!answered, "{example}: there is nothing to answer yet");
        }

        server.delivers().await;
        drop(attackers);
        server.ends_well().await;
    }
}
