//! Lengths that are declared and never sent.

use crate::support::{
    ATTACK, Answer, EXAMPLES, MIB, ROOM, forgery, genuine_event,
    http2::{Http2, fed, pieces, post},
    malformed, missing,
    raw::{Raw, by_the_server, head, signed},
    server::Server,
    signature, too_large,
};

/// A terabyte, and the longest that a server lets through, on HTTP/1.1 and on HTTP/2 (which reads 19 digits).
const LENGTHS: [[u64; 2]; 2] = [
    [1 << 40, 1 << 40],
    [u64::MAX - 2, 9_999_999_999_999_999_999],
];

/// No signature, none that is well-formed, and a plausible one.
fn attackers() -> [(Option<String>, Answer); 3] {
    [
        (None, missing()),
        (Some("sha256=00".to_owned()), malformed()),
        (Some(forgery()), too_large()),
    ]
}

#[tokio::test]
async fn a_declared_terabyte_is_rejected_and_takes_no_memory() {
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        let mut kept_open = Vec::new();
        for lengths in LENGTHS {
            let [http1, http2] = lengths.map(|length| length.to_string());
            for (value, expected) in attackers() {
                let mut lines = vec![format!("content-length: {http1}")];
                let mut headers = vec![("content-length", &*http2)];
                if let Some(value) = &value {
                    lines.push(signed(value));
                    headers.push(("x-loops-signature", value));
                }
                let lines: Vec<&str> = lines.iter().map(String::as_str).collect();

                let mut raw = Raw::connect(server.address).await;
                raw.send(head(&lines) + ATTACK).await;
                assert_eq!(raw.answer().await, expected, "{example}, {http1}");

                let connection = Http2::connect(server.address).await;
                let (feed, body) = fed();
                let answer = connection.send(post(&headers, body)).await;
                assert_eq!(answer, expected, "{example}, {http2}, HTTP/2");
                server.delivers().await;
                kept_open.push((raw, connection, feed));
            }
        }
        let growth = server.growth();
        assert!(growth.peak < ROOM, "{example}: {growth:?}");
        // An allocator sets 64 MiB of addresses aside for each thread. A terabyte would be seen here, touched or not.
        assert!(growth.address_space_peak < 1024 * MIB, "{growth:?}");
        drop(kept_open);
        server.ends_well().await;
    }
}

#[tokio::test]
async fn a_length_that_is_no_length_is_the_servers_to_reject() {
    let body = genuine_event();
    let value = signature(&body);
    let length = body.len();
    for example in EXAMPLES {
        let mut server = Server::start(example).await;
        for length in [
            (u64::MAX - 1).to_string(),
            u64::MAX.to_string(),
            "18446744073709551616".to_owned(),
            "9".repeat(40),
            "-1".to_owned(),
            format!("+{length}"),
            format!("0x{length:x}"),
            format!("{length}.0"),
        ] {
            let line = format!("content-length: {length}");
            let mut raw = Raw::connect(server.address).await;
            raw.send(head(&[&signed(&value), &line]) + &body).await;
            let answers = raw.rest().await;
            assert!(by_the_server(&answers), "{example}, {length}: {answers:?}");

            let http2 = Http2::connect(server.address).await;
            let headers = [("content-length", &*length), ("x-loops-signature", &value)];
            let answer = http2.try_send(post(&headers, pieces(&body, 9))).await;
            assert!(answer.is_err(), "{example}, {length}: {answer:?}");
            server.delivers().await;
        }
        server.ends_well().await;
    }
}
