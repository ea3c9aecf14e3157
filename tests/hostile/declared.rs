//! Declared lengths that differ from what is sent.

use crate::support::{
    ATTACK, MIB, Raw, attackers, channel, head,
    http2::{Http2, post},
    line_of,
    server::each_example,
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
                let value = value.as_deref();
                let mut raw = Raw::connect(server.address).await;
                let head = head(&[&line_of(value), &format!("content-length: {http1}")]);
                raw.send(head + ATTACK).await;
                assert_eq!(raw.answer().await, expected, "{http1}");

                let connection = Http2::connect(server.address).await;
                let (feed, body) = channel();
                let mut request = post(value, body);
                let length = http2.parse().unwrap();
                request.headers_mut().insert("content-length", length);
                let answer = connection.send(request).await;
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
