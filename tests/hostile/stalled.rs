//! Many bodies that were begun and never go on.

use std::env;

use crate::support::{
    BODY_LIMIT, EXAMPLES, MIB, event_of, forgery,
    http2::{Http2, data, fed, post},
    raw::{Raw, content_length, head, signed},
    server::{Server, affordable},
};

/// What each attacker sends before it stops.
const SENT: usize = 4096;

/// How many attackers there are. To see what more of them cost:
/// `HOSTILE_CONNECTIONS=2000 cargo test --test hostile stalled -- --nocapture`
fn connections() -> usize {
    let wanted = env::var("HOSTILE_CONNECTIONS").map_or(400, |text| text.parse().unwrap());
    affordable(wanted)
}

#[tokio::test]
async fn stalled_connections_cost_what_they_sent_and_hold_nobody_up() {
    let count = connections();
    // As much is declared as is allowed. What is reserved for it would be a hundred times what is sent.
    let head = head(&[&signed(&forgery()), &content_length(BODY_LIMIT)]);
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
        // When it has nothing left to do, it has read what was sent.
        server.rests().await;

        let growth = server.growth();
        let each = |bytes: u64| bytes / count as u64;
        println!(
            "{example}, {count} connections stalled after {SENT} bytes of a body: {} bytes resident and {} reserved for each",
            each(growth.resident),
            each(growth.reserved)
        );
        // What was sent, the server's read buffer of 8 KiB and then some, the tasks, and what an allocator rounds up.
        let fair = 64 * 1024;
        assert!(each(growth.resident) < fair, "{example}: {growth:?}");
        assert!(each(growth.reserved) < fair, "{example}: {growth:?}");

        server.delivers().await;
        drop(attackers);
        server.ends_well().await;
    }
}

#[tokio::test]
async fn stalled_http2_requests_cost_what_they_sent_and_hold_nobody_up() {
    // The `hyper` example lets 16 be open on a connection.
    let (connections, streams) = (20, 16);
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let mut attackers = Vec::new();
        for _ in 0..connections {
            let connection = Http2::connect(server.address).await;
            let requests: Vec<_> = (0..streams)
                .map(|_| {
                    let (feed, body) = fed();
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
