//! Deliveries, genuine and otherwise, signed as of now: the servers go by the system's clock.

pub(crate) mod http2;
pub(crate) mod raw;
#[path = "../../../examples/support/serve.rs"]
pub(crate) mod serve;
pub(crate) mod server;
mod usage;

use std::{
    fmt::Write,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tokio::time::timeout;
use tower_loops::{Secret, Signer};

pub(crate) const PATH: &str = "/api/webhooks/loops";
pub(crate) const SECRET: &str = "whsec_of_the_servers_under_attack";

/// Both serve HTTP/1.1 and HTTP/2, each in its own way.
pub(crate) const EXAMPLES: [&str; 2] = ["axum", "hyper"];

pub(crate) const MIB: u64 = 1024 * 1024;

/// What a server may grow by under an attack that it should hardly feel: the limit of one body twice over, while its buffer
/// grows, and the rest for what allocators and threads set aside.
pub(crate) const ROOM: u64 = 16 * MIB;

/// What the servers accept at most, and hold of one attacker.
pub(crate) const BODY_LIMIT: usize = 1024 * 1024;

/// The type of the events that get through.
pub(crate) const GENUINE: &str = "hostile.genuine";

/// An event that no server may handle. Its bytes are an event's, so that only a signature is in the way.
pub(crate) const ATTACK: &str = r#"{"id":"evt_1","type":"hostile.attack"}"#;

/// Status and text: what a sender sees.
pub(crate) type Answer = (u16, String);

pub(crate) fn received() -> Answer {
    (200, r#"{"received":true}"#.to_owned())
}

pub(crate) fn rejected(status: u16, text: &str) -> Answer {
    (status, format!(r#"{{"error":"{text}"}}"#))
}

pub(crate) fn missing() -> Answer {
    rejected(400, "Missing signature")
}

pub(crate) fn ambiguous() -> Answer {
    rejected(400, "Ambiguous signature")
}

pub(crate) fn malformed() -> Answer {
    rejected(400, "Malformed signature")
}

pub(crate) fn invalid() -> Answer {
    rejected(401, "Invalid signature")
}

pub(crate) fn too_large() -> Answer {
    rejected(413, "Payload too large")
}

/// So that what is waited for in vain fails its test instead of hanging it.
pub(crate) async fn within_reason<T>(future: impl Future<Output = T>) -> T {
    let deadline = Duration::from_secs(30);
    timeout(deadline, future).await.expect("nothing happened")
}

/// An event of this type whose payload is exactly this long, or as short as it can be.
pub(crate) fn event_of(event_type: &str, bytes: usize) -> String {
    let frame = format!(r#"{{"id":"evt_1","type":"{event_type}","pad":""}}"#);
    let pad = "x".repeat(bytes.saturating_sub(frame.len()));
    frame.replace(r#""pad":"""#, &format!(r#""pad":"{pad}""#))
}

/// An event that is right in every respect.
pub(crate) fn genuine_event() -> String {
    event_of(GENUINE, 0)
}

fn sign(secret: &str, body: &[u8]) -> String {
    let signer = Signer::new(Secret::new(secret).unwrap());
    let value = signer.sign(body, SystemTime::now());
    value.to_str().unwrap().to_owned()
}

/// The header's value as Loops makes it.
pub(crate) fn signature(body: impl AsRef<[u8]>) -> String {
    sign(SECRET, body.as_ref())
}

/// The best that an attacker can do: fresh, well-formed, and wrong.
pub(crate) fn forgery() -> String {
    sign("whsec_of_an_attacker", b"anything")
}

pub(crate) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap().as_secs()
}

/// The MAC of any text as `t`, under the right secret.
pub(crate) fn mac(t: &str, body: &str) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{t}.{body}").as_bytes());
    let digest = mac.finalize().into_bytes();
    digest.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}
