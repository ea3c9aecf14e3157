//! Declared lengths that are not those of what is sent.

use crate::support::{
    ATTACK, EXAMPLES, MIB, ROOM, Raw, Reply, by_the_server, channel, forgery, genuine_event, head,
    http2::{Http2, post},
    malformed, missing, pieces,
    server::Server,
    signature, signature_line, too_large,
};

/// A terabyte, and the longest that hyper accepts, on HTTP/1.1 and on HTTP/2 (19 digits).
const LENGTHS: [[u64; 2]; 2] = [
    [1 << 40, 1 << 40],
    [u64::MAX - 2, 9_999_999_999_999_999_999],
];

/// No signature, none that is well-formed, and a plausible one.
fn attackers() -> [(Option<String>, Reply); 3] {
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
                    lines.push(signature_line(value));
                    headers.push(("x-loops-signature", value));
                }
                let lines: Vec<&str> = lines.iter().map(String::as_str).collect();

                let mut raw = Raw::connect(server.address).await;
                raw.send(head(&lines) + ATTACK).await;
                assert_eq!(raw.answer().await, expected, "{example}, {http1}");

                let connection = Http2::connect(server.address).await;
                let (feed, body) = channel();
                let answer = connection.send(post(&headers, body)).await;
                assert_eq!(answer, expected, "{example}, {http2}, HTTP/2");
                server.delivers().await;
                kept_open.push((raw, connection, feed));
            }
        }
        let growth = server.growth();
        assert!(growth.peak < ROOM, "{example}: {growth:?}");
        // An allocator reserves 64 MiB of addresses for each thread. A terabyte would show here.
        assert!(growth.address_space_peak < 1024 * MIB, "{growth:?}");
        drop(kept_open);
        server.ends_well().await;
    }
}

#[tokio::test]
async fn the_server_rejects_a_length_that_is_no_length() {
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
            raw.send(head(&[&signature_line(&value), &line]) + &body)
                .await;
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

#[tokio::test]
async fn http2_ends_a_request_that_is_not_as_long_as_declared() {
    let value = signature(ATTACK);
    for example in EXAMPLES {
        let server = Server::start(example).await;
        let connection = Http2::connect(server.address).await;
        for declared in [0, ATTACK.len() - 1, ATTACK.len() + 1, MIB as usize] {
            let declared = declared.to_string();
            let headers = [
                ("content-length", &*declared),
                ("x-loops-signature", &value),
            ];
            for size in [7, 4096] {
                let request = post(&headers, pieces(ATTACK, size));
                let answer = connection.try_send(request).await;
                let name = format!("{example}, {declared} by {size}");
                // A reset may come after the response, which is then a rejection.
                let handled = matches!(answer, Ok((200, _)));
                assert!(!handled, "{name}: {answer:?}");
            }
        }
        drop(connection);
        server.ends_well().await;
    }
}
