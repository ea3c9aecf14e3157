//! Long signature headers.

use crate::support::{
    ATTACK, EXAMPLES, GENUINE, ROOM, Raw, by_the_server, content_length, event_of, head,
    http2::{Http2, post},
    invalid, mac, malformed, now, pieces, received, request,
    server::Server,
    signature_line,
};

/// A header of this length whose last element is the right signature.
fn long(length: usize, body: &str) -> String {
    let t = now().to_string();
    let (start, end) = (format!("t={t},pad="), format!(",v1={}", mac(&t, body)));
    let pad = "x".repeat(length - start.len() - end.len());
    start + &pad + &end
}

#[tokio::test]
async fn the_server_rejects_a_header_that_it_has_no_room_for() {
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let line = signature_line(&long(100_000, ATTACK));
        let mut fits = Raw::connect(server.address).await;
        fits.send(request(&[&line], ATTACK)).await;
        assert_eq!(fits.answer().await, malformed(), "{example}");

        let line = signature_line(&long(4_000_000, ATTACK));
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
async fn fifty_five_signatures_cost_what_one_does() {
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
                let line = signature_line(&wrong(count));
                connection.send(request(&[&line], &body)).await;
                assert_eq!(connection.answer().await, invalid(), "{example}, {count}");
            }
            costs.push(server.cpu() - before);
        }
        // One pass over the body for each would cost 55 times as much.
        let bound = 5 * costs[0].max(std::time::Duration::from_millis(50));
        assert!(costs[1] < bound, "{example}: {costs:?}");

        let line = signature_line(&(wrong(54) + &right));
        let mut genuine = Raw::connect(server.address).await;
        genuine.send(request(&[&line], &body)).await;
        assert_eq!(genuine.answer().await, received(), "{example}");
        server.has_handled(GENUINE).await;

        // A thousand are rejected by the length of the header, before the body.
        let line = signature_line(&(wrong(1000) + &right));
        let mut rejected = Raw::connect(server.address).await;
        let length = content_length(body.len());
        rejected.send(head(&[&line, &length])).await;
        assert_eq!(rejected.answer().await, malformed(), "{example}");
        drop((genuine, rejected));
        server.ends_well().await;
    }
}
