//! Deliveries, genuine and otherwise, signed now: the servers use the system's clock.

pub(crate) mod http2;
#[path = "../../../examples/support/serve.rs"]
pub(crate) mod serve;
pub(crate) mod server;
mod usage;

use std::time::SystemTime;

use testkit::delivery::{forge, mac, sign_at};

pub(crate) use testkit::{
    body::{channel, data, pieces},
    delivery::{PATH, SECRET, event_of},
    poll::within_reason,
    raw::{CHUNKED, Raw, Reply, chunks, content_length, head, request, signature_line},
};

/// Both serve HTTP/1.1 and HTTP/2, each in its own way.
pub(crate) const EXAMPLES: [&str; 2] = ["axum", "hyper"];

pub(crate) const MIB: u64 = 1024 * 1024;

/// The growth that a server may show under an attack: twice the limit of one body, while its buffer
/// grows, and what allocators and threads reserve.
pub(crate) const ROOM: u64 = 16 * MIB;

/// The body limit of the examples.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// The type of the genuine events.
pub(crate) const GENUINE: &str = "hostile.genuine";

/// An event that no server may handle. Only its signature is wrong.
pub(crate) const ATTACK: &str = r#"{"id":"evt_1","type":"hostile.attack"}"#;

pub(crate) fn received() -> Reply {
    (200, r#"{"received":true}"#.to_owned())
}

/// The rejection with this text.
pub(crate) fn rejected(text: &str) -> Reply {
    let status = match text {
        "Webhook timestamp too old" | "Invalid signature" => 401,
        "Payload too large" => 413,
        _ => 400,
    };
    (status, format!(r#"{{"error":"{text}"}}"#))
}

/// No signature, none that is well-formed, and a plausible one, with the responses to a body over
/// the limit.
pub(crate) fn attackers() -> [(Option<String>, Reply); 3] {
    [
        (None, rejected("Missing signature")),
        (Some("t=1".to_owned()), rejected("Malformed signature")),
        (Some(forgery()), rejected("Payload too large")),
    ]
}

/// The header line of this signature, or one that means nothing.
pub(crate) fn line_of(signature: Option<&str>) -> String {
    signature.map_or("accept: */*".to_owned(), signature_line)
}

pub(crate) fn genuine_event() -> String {
    event_of(GENUINE, 0)
}

/// The value of the header as Loops makes it.
pub(crate) fn signature(body: impl AsRef<[u8]>) -> String {
    let value = sign_at(body, SystemTime::now());
    value.to_str().unwrap().to_owned()
}

/// A fresh, well-formed and wrong value.
pub(crate) fn forgery() -> String {
    let value = forge("anything", SystemTime::now());
    value.to_str().unwrap().to_owned()
}

/// A right value of 1970.
pub(crate) fn stale(body: &str) -> String {
    format!("t=1,v1={}", mac(SECRET, "1", body))
}

/// A genuine delivery over HTTP/1.1.
pub(crate) fn delivery(body: &str) -> String {
    request(&[&signature_line(&signature(body))], body)
}
