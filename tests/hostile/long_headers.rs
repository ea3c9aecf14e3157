//! Signature headers that are long, and those that are longer than anything.

use crate::support::{
    ATTACK, EXAMPLES, GENUINE, ROOM, event_of, genuine_event,
    http2::{Http2, pieces, post},
    invalid, mac, malformed, now,
    raw::{Raw, by_the_server, content_length, head, request, signed},
    received,
    server::Server,
};

const LIMIT: usize = 4096;

/// A header of this length whose last element is the right signature.
fn long(length: usize, body: &str) -> String {
    let t = now().to_string();
    let (start, end) = (format!("t={t},pad="), format!(",v1={}", mac(&t, body)));
    let pad = "x".repeat(length - start.len() - end.len());
    start + &pad + &end
}

#[tokio::test]
async fn a_header_of_4096_bytes_is_read_and_a_longer_one_is_not() {
    let body = genuine_event();
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let http2 = Http2::connect(server.address).await;
        for (length, expected) in [
            (LIMIT, received()),
            (LIMIT + 1, malformed()),
            (3 * LIMIT, malformed()),
        ] {
            let value = long(length, &body);
            let mut raw = Raw::connect(server.address).await;
            raw.send(request(&[&signed(&value)], &body)).await;
            assert_eq!(raw.answer().await, expected, "{example}, {length}");

            let headers = [("x-loops-signature", &*value)];
            let answer = http2.send(post(&headers, pieces(&body, 9))).await;
            assert_eq!(answer, expected, "{example}, {length}, HTTP/2");
        }
        server.has_handled(GENUINE).await;
        server.has_handled(GENUINE).await;
        drop(http2);
        server.ends_well().await;
    }
}

#[tokio::test]
async fn a_header_that_the_server_has_no_room_for_is_the_servers_to_reject() {
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let line = signed(&long(100_000, ATTACK));
        let mut fits = Raw::connect(server.address).await;
        fits.send(request(&[&line], ATTACK)).await;
        assert_eq!(fits.answer().await, malformed(), "{example}");

        let line = signed(&long(4_000_000, ATTACK));
        let mut too_long = Raw::connect(server.address).await;
        too_long.try_send(request(&[&line], ATTACK)).await;
        let answers = too_long.rest().await;
        assert!(by_the_server(&answers), "{example}: {answers:?}");

        let http2 = Http2::connect(server.address).await;
        let value = long(100_000, ATTACK);
        let headers = [("x-loops-signature", &*value)];
        let answer = http2.try_send(post(&headers, pieces(ATTACK, 9))).await;
        assert!(answer.is_err(), "{example}: {answer:?}");

        server.delivers().await;
        let growth = server.growth();
        assert!(growth.peak < ROOM, "{example}: {growth:?}");
        drop((fits, too_long, http2));
        server.ends_well().await;
    }
}

#[tokio::test]
async fn signatures_by_the_dozen_cost_what_one_does() {
    let t = now().to_string();
    let wrong = |count: usize| format!("t={t}{}", format!(",v1={}", "0".repeat(64)).repeat(count));
    let body = event_of(GENUINE, 256 * 1024);
    let right = format!(",v1={}", mac(&t, &body));
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let mut costs = Vec::new();
        for count in [1, 55] {
            let before = server.cpu();
            for _ in 0..10 {
                let mut connection = Raw::connect(server.address).await;
                let line = signed(&wrong(count));
                connection.send(request(&[&line], &body)).await;
                assert_eq!(connection.answer().await, invalid(), "{example}, {count}");
            }
            costs.push(server.cpu() - before);
        }
        // One pass over the body for each would be 55 times as much. CPU time is not spent by waiting for a busy machine.
        let bound = 5 * costs[0].max(std::time::Duration::from_millis(50));
        assert!(costs[1] < bound, "{example}: {costs:?}");

        let line = signed(&(wrong(54) + &right));
        let mut genuine = Raw::connect(server.address).await;
        genuine.send(request(&[&line], &body)).await;
        assert_eq!(genuine.answer().await, received(), "{example}");
        server.has_handled(GENUINE).await;

        // A thousand are rejected before the body, which is not sent.
        let line = signed(&(wrong(1000) + &right));
        let mut rejected = Raw::connect(server.address).await;
        let length = content_length(body.len());
        rejected.send(head(&[&line, &length])).await;
        assert_eq!(rejected.answer().await, malformed(), "{example}");
        drop((genuine, rejected));
        server.ends_well().await;
    }
}
