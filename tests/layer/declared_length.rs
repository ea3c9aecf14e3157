//! A length that is declared, by `Content-Length` or by the body's size hint, against the limit: over it, the body is never
//! polled; otherwise it proves nothing and reserves nothing.

use http::{HeaderValue, Request, header::CONTENT_LENGTH};
use tower_loops::Rejection;

use crate::{
    scripted_body::ScriptedBody,
    support::{EVENT, layer, recording, send, signed},
};

const TOO_LARGE: &str = "Payload too large";
const ACCEPTED: &str = "accepted";
const LENGTH: usize = EVENT.len();
/// 2^63 where a `usize` has 64 bits.
const HUGE: u64 = (usize::MAX as u64).div_ceil(2);
const MAX: u64 = usize::MAX as u64;

fn request(content_lengths: &[&[u8]], body: ScriptedBody) -> Request<ScriptedBody> {
    let mut request = signed(EVENT, body);
    for value in content_lengths {
        let value = HeaderValue::from_bytes(value).expect("a header value");
        request.headers_mut().append(CONTENT_LENGTH, value);
    }
    request
}

/// Sends a genuine event with these declarations. Whatever is refused here must be refused without a poll.
async fn verdict(name: &str, limit: usize, lines: &[&[u8]], body: ScriptedBody) -> String {
    let watch = body.watch();
    let (service, recorder) = recording(&layer().with_max_body_size(limit).with_drain(false));
    let answer = send(service, request(lines, body)).await;
    let accepted = answer.rejection().is_none();
    assert_eq!(watch.polls() > 0, accepted, "{name}: the body was polled");
    assert_eq!(recorder.calls() == 1, accepted, "{name}: the inner service");
    if let Some(Rejection::BodyTooLarge { limit: named, .. }) = answer.rejection() {
        assert_eq!(*named, Some(limit), "{name}: the limit it names");
    }
    answer.verdict()
}

#[tokio::test]
async fn content_length_against_the_limit() {
    let at = LENGTH.to_string();
    let over = (LENGTH + 1).to_string();
    let (at, over) = (at.as_bytes(), over.as_bytes());
    let padded = format!("{LENGTH:030}");
    let max = MAX.to_string();
    let thirty_digits = &[b'9'; 30];
    #[rustfmt::skip]
    let rows: [(&str, usize, &[&[u8]], &str); 24] = [
        ("none", LENGTH, &[], ACCEPTED),
        ("exactly the limit", LENGTH, &[at], ACCEPTED),
        ("one over", LENGTH, &[over], TOO_LARGE),
        ("lower than the body", LENGTH, &[b"0"], ACCEPTED),
        ("30 digits", LENGTH, &[thirty_digits], TOO_LARGE),
        ("30 digits, most of them leading zeros", LENGTH, &[padded.as_bytes()], ACCEPTED),
        ("2^64", LENGTH, &[b"18446744073709551616"], TOO_LARGE),
        ("two lines within", LENGTH, &[at, at], ACCEPTED),
        ("two lines, the first over", LENGTH, &[over, at], TOO_LARGE),
        ("two lines, the last over", LENGTH, &[at, over], TOO_LARGE),
        ("two lines, one unparsable, one over", LENGTH, &[b"x", over], TOO_LARGE),
        ("not a number", LENGTH, &[b"many"], ACCEPTED),
        ("empty", LENGTH, &[b""], ACCEPTED),
        ("a sign", LENGTH, &[b"+99999"], ACCEPTED),
        ("negative", LENGTH, &[b"-1"], ACCEPTED),
        ("an exponent", LENGTH, &[b"9e9"], ACCEPTED),
        ("hex", LENGTH, &[b"0xffff"], ACCEPTED),
        ("not text", LENGTH, &[b"\xff\xff"], ACCEPTED),
        ("limit 0, none", 0, &[b"1"], TOO_LARGE),
        ("the greatest limit, nothing declared", usize::MAX, &[], ACCEPTED),
        ("the greatest limit, a small body", usize::MAX, &[at], ACCEPTED),
        ("the greatest limit, exactly that", usize::MAX, &[max.as_bytes()], ACCEPTED),
        ("the greatest limit, 2^64", usize::MAX, &[b"18446744073709551616"], TOO_LARGE),
        ("the greatest limit, 30 digits", usize::MAX, &[thirty_digits], TOO_LARGE),
    ];
    for (name, limit, lines, expected) in rows {
        let body = ScriptedBody::new([EVENT]);
        assert_eq!(verdict(name, limit, lines, body).await, expected, "{name}");
    }
}

#[tokio::test]
async fn size_hint_against_the_limit() {
    let at = LENGTH as u64;
    #[rustfmt::skip]
    let rows = [
        ("nothing known", LENGTH, 0, None, ACCEPTED),
        ("exactly the limit", LENGTH, at, Some(at), ACCEPTED),
        ("exactly one over", LENGTH, at + 1, Some(at + 1), TOO_LARGE),
        ("exactly something huge", LENGTH, HUGE, Some(HUGE), TOO_LARGE),
        ("at least the limit", LENGTH, at, None, ACCEPTED),
        ("at least one over", LENGTH, at + 1, None, TOO_LARGE),
        ("at most one over", LENGTH, 0, Some(at + 1), ACCEPTED),
        ("at most something huge", LENGTH, at, Some(HUGE), ACCEPTED),
        ("limit 0, exactly one", 0, 1, Some(1), TOO_LARGE),
        ("the greatest limit, exactly something huge", usize::MAX, HUGE, Some(HUGE), ACCEPTED),
        ("the greatest limit, at least that", usize::MAX, MAX, None, ACCEPTED),
    ];
    for (name, limit, lower, upper, expected) in rows {
        let body = ScriptedBody::new([EVENT]).saying_size(lower, upper);
        assert_eq!(verdict(name, limit, &[], body).await, expected, "{name}");
    }
}

#[tokio::test]
async fn the_limit_is_one_mebibyte_unless_set() {
    let rows = [
        ("1048576", ACCEPTED),
        ("1048577", TOO_LARGE),
        ("1073741824", TOO_LARGE),
    ];
    for (declared, expected) in rows {
        let request = request(&[declared.as_bytes()], ScriptedBody::new([EVENT]));
        let answer = send(recording(&layer()).0, request).await;
        assert_eq!(answer.verdict(), expected, "{declared}");
    }
}

/// Memory for the declared length would be more than the machine has: reserving it ends the process.
#[tokio::test]
async fn nothing_is_reserved_by_a_declared_length() {
    let body = ScriptedBody::new([&EVENT[..9], &EVENT[9..]]).saying_size(HUGE, Some(HUGE));
    let declared = HUGE.to_string();
    let verdict = verdict("huge", usize::MAX, &[declared.as_bytes()], body).await;
    assert_eq!(verdict, ACCEPTED);
}
