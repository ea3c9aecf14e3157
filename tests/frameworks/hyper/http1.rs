//! What only HTTP/1.1 has: chunks, `Expect`, and one request after another on a connection.

use super::{
    raw::{Raw, content_length, head, signature},
    serve_echo,
};
use crate::support::{EVENT, INVALID, MISSING, TOO_LARGE};

const LIMIT: usize = 1024;
const CHUNKED: &str = "transfer-encoding: chunked";
const EXPECT: &str = "expect: 100-continue";

fn delivery() -> String {
    head(&[&signature(EVENT), &content_length(EVENT.len())]) + EVENT
}

#[tokio::test]
async fn the_connection_is_usable_after_a_refusal() {
    let length = content_length(EVENT.len());
    let stale = "x-loops-signature: t=1,v1=00";
    let no_event = head(&[&signature("{}"), &content_length(2)]) + "{}";
    let malformed = "Malformed signature";
    let rows = [
        (
            "no header",
            head(&[&length]) + EVENT,
            400,
            "Missing signature",
        ),
        (
            "two headers",
            head(&[&signature(EVENT), &signature(EVENT), &length]) + EVENT,
            400,
            "Ambiguous signature",
        ),
        (
            "no scheme",
            head(&["x-loops-signature: v1", &length]) + EVENT,
            400,
            malformed,
        ),
        (
            "stale",
            head(&[stale, &length]) + EVENT,
            401,
            "Webhook timestamp too old",
        ),
        (
            "forged",
            head(&[&signature("{}"), &length]) + EVENT,
            401,
            "Invalid signature",
        ),
        ("not an event", no_event, 400, "Invalid payload"),
        (
            "chunked",
            head(&[CHUNKED]) + "2\r\n{}\r\n0\r\n\r\n",
            400,
            "Missing signature",
        ),
    ];
    let mut connection = Raw::connect(serve_echo(LIMIT).await).await;
    for (name, refused, status, text) in rows {
        connection.send(&refused).await;
        let answer = connection.answer().await;
        assert_eq!(
            answer,
            (status, format!(r#"{{"error":"{text}"}}"#)),
            "{name}"
        );

        connection.send(&delivery()).await;
        let answer = connection.answer().await;
        assert_eq!(answer, (200, EVENT.to_owned()), "after {name}");
    }
}

#[tokio::test]
async fn what_is_refused_by_its_head_need_not_be_sent() {
    let over = content_length(LIMIT + 1);
    let huge = content_length(usize::MAX / 2);
    let within = content_length(LIMIT);
    for (name, head, expected) in [
        (
            "one byte over",
            head(&[&signature(EVENT), &over]),
            TOO_LARGE,
        ),
        ("far over", head(&[&signature(EVENT), &huge]), TOO_LARGE),
        ("unsigned", head(&[&within]), MISSING),
        ("unsigned and far over", head(&[&huge]), MISSING),
        ("unsigned chunks", head(&[CHUNKED]), MISSING),
    ] {
        let mut connection = Raw::connect(serve_echo(LIMIT).await).await;
        connection.send(&head).await;
        let (status, text) = connection.answer().await;
        assert_eq!((status, &*text), expected, "{name}");
    }
}

#[tokio::test]
async fn chunks_are_put_together_and_trailers_are_dropped() {
    let (first, second) = EVENT.split_at(20);
    let chunk = |text: &str| format!("{:x}\r\n{text}\r\n", text.len());
    let chunks = chunk(first) + &chunk(second) + "0\r\n";
    for (name, end) in [
        ("no trailers", "\r\n"),
        ("trailers", "x-sum: 1\r\nx-id: evt_2\r\n\r\n"),
    ] {
        let mut connection = Raw::connect(serve_echo(LIMIT).await).await;
        // The second time, the connection has been used before.
        for round in ["first", "second"] {
            connection.send(&head(&[&signature(EVENT), CHUNKED])).await;
            connection.send(&chunks).await;
            connection.send(end).await;
            let answer = connection.answer().await;
            assert_eq!(answer, (200, EVENT.to_owned()), "{name}, {round}");
        }
    }
}

#[tokio::test]
async fn chunks_are_refused_where_they_cross_the_limit() {
    let mut connection = Raw::connect(serve_echo(LIMIT).await).await;
    connection.send(&head(&[&signature(EVENT), CHUNKED])).await;
    let chunk = |length: usize| format!("{length:x}\r\n{}\r\n", "x".repeat(length));
    // The last chunk is never sent.
    connection.send(&(chunk(LIMIT) + &chunk(1))).await;
    let (status, text) = connection.answer().await;
    assert_eq!((status, &*text), TOO_LARGE);
}

#[tokio::test]
async fn only_a_body_that_is_wanted_is_asked_for() {
    let length = content_length(EVENT.len());
    let over = content_length(LIMIT + 1);
    for (name, head, expected) in [
        ("unsigned", head(&[EXPECT, &length]), MISSING),
        ("unsigned chunks", head(&[EXPECT, CHUNKED]), MISSING),
        (
            "too large",
            head(&[EXPECT, &signature(EVENT), &over]),
            TOO_LARGE,
        ),
    ] {
        let mut connection = Raw::connect(serve_echo(LIMIT).await).await;
        connection.send(&head).await;
        let (status, text) = connection.answer().await;
        assert_eq!((status, &*text), expected, "{name}: refused without 100");
    }

    for (name, signed, expected) in [("signed", EVENT, (200, EVENT)), ("forged", "{}", INVALID)] {
        let mut connection = Raw::connect(serve_echo(LIMIT).await).await;
        connection
            .send(&head(&[EXPECT, &signature(signed), &length]))
            .await;
        assert_eq!(connection.answer().await, (100, String::new()), "{name}");
        connection.send(EVENT).await;
        let (status, text) = connection.answer().await;
        assert_eq!((status, &*text), expected, "{name}");
    }
}

#[tokio::test]
async fn a_body_that_is_cut_off_is_not_handled() {
    let address = serve_echo(LIMIT).await;
    let mut connection = Raw::connect(address).await;
    let head = head(&[&signature(EVENT), &content_length(EVENT.len())]);
    connection.send(&(head + &EVENT[..20])).await;
    connection.finish().await;
    let answer = connection.answer().await;
    assert_eq!(answer, (400, r#"{"error":"Unreadable body"}"#.to_owned()));

    let mut another = Raw::connect(address).await;
    another.send(&delivery()).await;
    assert_eq!(another.answer().await, (200, EVENT.to_owned()));
}
