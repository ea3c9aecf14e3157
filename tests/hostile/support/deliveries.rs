//! Deliveries, genuine and otherwise, signed now: the servers use the system's clock.

use std::time::SystemTime;

use testkit::delivery::{SECRET, event_of, forge, mac, sign_at};

use super::{Reply, request, responses::rejected, signature_line};

/// The type of the genuine events.
pub(crate) const GENUINE: &str = "hostile.genuine";

/// An event that no server may handle. Only its signature is wrong.
pub(crate) const ATTACK: &str = r#"{"id":"evt_1","type":"hostile.attack"}"#;

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
