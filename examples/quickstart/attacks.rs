//! What must not get through. Each starts from a delivery that would have, and changes one thing.

use std::time::Duration;

use http::{HeaderValue, StatusCode};
use http_body_util::BodyExt;
use serde_json::Value;

use crate::{
    client::Body,
    delivery::{Delivery, Outcome, Senders, full, payload},
    unfinished::Unfinished,
};

/// The layer's limit unless another is set.
const LIMIT: usize = 1 << 20;

const TEN_MINUTES: Duration = Duration::from_secs(600);

pub(crate) fn forgeries(senders: &Senders) -> Vec<Delivery> {
    let event = payload("charge.succeeded");
    let genuine = senders.new.sign(event.as_bytes(), senders.now);
    let forged = senders.stranger.sign(event.as_bytes(), senders.now);
    let (shifted_header, shifted_body) = boundary_shift(senders, &event);
    let refused = || Outcome::refused(StatusCode::UNAUTHORIZED, "Invalid signature");
    vec![
        delivery(
            "signed with another secret",
            [forged],
            full(event.clone()),
            refused(),
        ),
        delivery(
            "one bit of the body changed",
            [genuine.clone()],
            full(one_bit_changed(&event)),
            refused(),
        ),
        delivery(
            "body re-serialised",
            [genuine],
            full(printed_again(&event)),
            refused(),
        ),
        delivery(
            "boundary shift *",
            [shifted_header],
            full(shifted_body),
            Outcome::refused(StatusCode::BAD_REQUEST, "Malformed signature"),
        ),
    ]
}

pub(crate) fn replays(senders: &Senders) -> Vec<Delivery> {
    let event = payload("charge.succeeded");
    let stale = senders
        .new
        .sign(event.as_bytes(), senders.now - TEN_MINUTES);
    let early = senders
        .new
        .sign(event.as_bytes(), senders.now + TEN_MINUTES);
    let refused = |error| Outcome::refused(StatusCode::UNAUTHORIZED, error);
    vec![
        delivery(
            "signed 10 minutes ago",
            [stale],
            full(event.clone()),
            refused("Webhook timestamp too old"),
        ),
        delivery(
            "signed 10 minutes ahead",
            [early],
            full(event.clone()),
            refused("Webhook timestamp too new"),
        ),
    ]
}

pub(crate) fn headers(senders: &Senders) -> Vec<Delivery> {
    let event = payload("charge.succeeded");
    let genuine = senders.new.sign(event.as_bytes(), senders.now);
    let refused = |error| Outcome::refused(StatusCode::BAD_REQUEST, error);
    vec![
        delivery(
            "no signature header",
            [],
            full(event.clone()),
            refused("Missing signature"),
        ),
        delivery(
            "two signature headers",
            [genuine.clone(), genuine.clone()],
            full(event.clone()),
            refused("Ambiguous signature"),
        ),
        delivery(
            "two t in the header",
            [two_timestamps(&genuine)],
            full(event.clone()),
            refused("Malformed signature"),
        ),
    ]
}

pub(crate) fn oversize(senders: &Senders) -> Vec<Delivery> {
    let header = || [senders.new.sign(b"", senders.now)];
    let refused = || Outcome::refused(StatusCode::PAYLOAD_TOO_LARGE, "Payload too large");
    vec![
        delivery(
            "1 MiB + 1 byte, announced",
            header(),
            Unfinished::declared(LIMIT as u64 + 1).boxed(),
            refused(),
        ),
        delivery(
            "1 MiB + 1 byte, unannounced",
            header(),
            Unfinished::sent(LIMIT + 1).boxed(),
            refused(),
        ),
    ]
}

fn delivery<const N: usize>(
    sent: &'static str,
    signatures: [HeaderValue; N],
    body: Body,
    expected: Outcome,
) -> Delivery {
    Delivery {
        sent,
        signatures: signatures.into(),
        body,
        expected,
    }
}

/// 49.00 becomes 59.00.
fn one_bit_changed(event: &str) -> Vec<u8> {
    let amount = event.find("4900").expect("the amount of the event");
    let mut body = event.as_bytes().to_vec();
    body[amount] ^= 1;
    body
}

/// The same JSON in other bytes, as a body parser in front of the verification leaves it.
fn printed_again(event: &str) -> String {
    let json: Value = serde_json::from_str(event).expect("the event is JSON");
    format!("{json:#}")
}

/// `t=<now>.<first bytes of the body>` with the rest as the body: what is signed, `t` and `.` and the body, stays the same to
/// the byte, and so does its MAC. Only its two parts are others than Loops signed.
fn boundary_shift(senders: &Senders, event: &str) -> (HeaderValue, String) {
    let mut json: Value = serde_json::from_str(event).expect("the event is JSON");
    json.as_object_mut()
        .and_then(|members| members.remove("type"));
    let body = json
        .to_string()
        .replacen('{', r#"{"type":"charge.succeeded","#, 1);

    let header = senders.new.sign(body.as_bytes(), senders.now);
    let header = header.to_str().expect("a signature is ASCII");
    let (first, rest) = body.split_once('.').expect("a dot in the type");
    let shifted = header.replacen(",v1=", &format!(".{first},v1="), 1);
    let shifted = HeaderValue::try_from(shifted).expect("the first bytes are ASCII");
    (shifted, rest.to_owned())
}

fn two_timestamps(header: &HeaderValue) -> HeaderValue {
    let header = header.to_str().expect("a signature is ASCII");
    let (timestamp, _) = header.split_once(',').expect("t, then v1");
    HeaderValue::try_from(format!("{timestamp},{header}")).expect("it was a header value before")
}
