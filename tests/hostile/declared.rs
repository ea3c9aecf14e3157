//! Declared lengths that differ from what is sent.

use crate::support::{
    ATTACK, MIB, Raw, attackers, channel, head,
    http2::{Http2, post},
    server::each_example,
    signature_line,
};

#[tokio::test]
async fn a_declared_terabyte_is_rejected_and_takes_no_memory() {
    // A terabyte, and the longest that hyper accepts, on HTTP/1.1 and on HTTP/2 (19 digits).
    let lengths = [
        [1 << 40, 1 << 40],
        [u64::MAX - 2, 9_999_999_999_999_999_999],
    ];
    each_example(async |server| {
        let mut kept_open = Vec::new();
        for lengths in lengths {
            let [http1, http2] = lengths.map(|length| length.to_string());
            for (value, expected) in attackers() {
                let mut lines = vec![format!("content-length: {http1}")];
                lines.extend(value.as_deref().map(signature_line));
                let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
                let mut raw = Raw::connect(server.address).await;
                raw.send(head(&lines) + ATTACK).await;
                assert_eq!(raw.answer().await, expected, "{http1}");

                let mut headers = vec![("content-length", &*http2)];
                headers.extend(value.iter().map(|value| ("x-loops-signature", &**value)));
                let connection = Http2::connect(server.address).await;
                let (feed, body) = channel();
                let answer = connection.send(post(&headers, body)).await;
                assert_eq!(answer, expected, "{http2}, HTTP/2");
                server.delivers().await;
                kept_open.push((raw, connection, feed));
            }
        }
        server.is_small();
        // An allocator reserves 64 MiB of addresses for each thread. A terabyte would show here.
        let growth = server.growth();
        assert!(growth.address_space_peak < 1024 * MIB, "{growth:?}");
    })
    .await;
}
