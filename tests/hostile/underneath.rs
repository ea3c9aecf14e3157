//! What the server underneath rejects by itself: only sockets show that the layer need not.

use crate::support::{
    ATTACK, Raw, by_the_server, delivery, genuine_event, head,
    http2::{Http2, post},
    pieces, received,
    server::each_example,
    signature, signature_line,
};

/// A signature header of this length.
fn long_signature(length: usize) -> String {
    signature_line(&format!("t=1,pad={}", "x".repeat(length)))
}

#[tokio::test]
async fn the_server_rejects_malformed_requests() {
    let value = signature(ATTACK);
    let signature = signature_line(&value);
    let right = format!("content-length: {}", ATTACK.len());
    let no_lengths = [
        (u64::MAX - 1).to_string(),
        u64::MAX.to_string(),
        "18446744073709551616".to_owned(),
        "9".repeat(40),
        "-1".to_owned(),
        format!("+{}", ATTACK.len()),
        format!("0x{:x}", ATTACK.len()),
        format!("{}.0", ATTACK.len()),
    ];
    let mut heads = vec![
        head(&[&signature, &right, "content-length: 3"]),
        head(&[&signature, "content-length: 3", &right]),
        head(&[&signature, &right, "content-length: 300"]),
        head(&[&signature, &format!("{right}, {}", ATTACK.len())]),
        head(&[&signature, "transfer-encoding: gzip", &right]),
        head(&[&signature, "transfer-encoding: xchunked", &right]),
        head(&[&signature, &right.replace(':', " :")]),
        head(&[&long_signature(4_000_000), &right]),
    ];
    for length in &no_lengths {
        heads.push(head(&[&signature, &format!("content-length: {length}")]));
    }
    let long = "x".repeat(100_000);
    let mut headers = vec![
        vec![("content-length", "38"), ("content-length", "3")],
        vec![("content-length", "3"), ("content-length", "38")],
        vec![("x-pad", &long)],
    ];
    headers.extend(no_lengths.iter().map(|it| vec![("content-length", &**it)]));
    each_example(async |server| {
        for head in &heads {
            let mut connection = Raw::connect(server.address).await;
            connection.try_send(head.clone() + ATTACK).await;
            let responses = connection.rest().await;
            assert!(by_the_server(&responses), "{head:.300}: {responses:?}");
        }
        for headers in &mut headers.clone() {
            headers.push(("x-loops-signature", &value));
            let http2 = Http2::connect(server.address).await;
            let answer = http2.try_send(post(headers, pieces(ATTACK, 9))).await;
            assert!(answer.is_err(), "{:.300?}: {answer:?}", headers[0]);
        }
        server.delivers().await;
        server.is_small();
    })
    .await;
}

#[tokio::test]
async fn garbage_after_a_body_ends_the_connection() {
    let body = genuine_event();
    each_example(async |server| {
        for after in [body.clone(), "\0".repeat(100)] {
            let mut connection = Raw::connect(server.address).await;
            connection.send(delivery(&body) + &after).await;
            assert_eq!(connection.answer().await, received());
            server.has_handled("hostile.genuine").await;
            let responses = connection.rest().await;
            assert!(by_the_server(&responses), "{responses:?}");
        }
    })
    .await;
}

/// HTTP/2 says by itself how long a body is: a declared length must agree.
#[tokio::test]
async fn http2_ends_a_request_that_is_not_as_long_as_declared() {
    let value = signature(ATTACK);
    each_example(async |server| {
        let connection = Http2::connect(server.address).await;
        for declared in [0, ATTACK.len() - 1, ATTACK.len() + 1, 1024 * 1024] {
            let declared = declared.to_string();
            let headers = [
                ("content-length", &*declared),
                ("x-loops-signature", &value),
            ];
            for size in [7, 4096] {
                let answer = connection
                    .try_send(post(&headers, pieces(ATTACK, size)))
                    .await;
                // A reset may come after the response, which is then a rejection.
                assert!(!matches!(answer, Ok((200, _))), "{declared}: {answer:?}");
            }
        }
    })
    .await;
}
