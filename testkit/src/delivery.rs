//! Requests with a signature, without one, and with a forged one.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderValue, Request, header::CONTENT_TYPE};
use http_body_util::Full;
use sha2::Sha256;
use tower_loops::{SIGNATURE_HEADER, Secret, Signer, VerifiedEvent, Verifier};

/// Of the endpoint in the tests and in the examples.
pub const PATH: &str = "/api/webhooks/loops";

pub const SECRET: &str = "whsec_of_the_tests";

/// The smallest event.
pub const EVENT: &str = r#"{"id":"evt_1","type":"charge.succeeded"}"#;

/// The Unix time of [`now`].
pub const NOW: u64 = 1_700_000_000;

/// The time of a clock that stands still.
pub fn now() -> SystemTime {
    at(NOW)
}

/// This many seconds after 1970.
pub fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub fn secret(text: impl Into<Vec<u8>>) -> Secret {
    Secret::new(text).expect("a secret")
}

/// The header for a body, under [`SECRET`] at [`now`].
pub fn sign(body: impl AsRef<[u8]>) -> HeaderValue {
    sign_at(body, now())
}

/// The header for a body, under [`SECRET`] at this time.
pub fn sign_at(body: impl AsRef<[u8]>, at: SystemTime) -> HeaderValue {
    sign_with(SECRET, body, at)
}

/// The header for a body under this secret.
pub fn sign_with(key: &str, body: impl AsRef<[u8]>, at: SystemTime) -> HeaderValue {
    Signer::new(secret(key)).sign(body.as_ref(), at)
}

/// A header that is fresh, well formed, and of another secret: the best that an attacker can do.
pub fn forge(body: impl AsRef<[u8]>, at: SystemTime) -> HeaderValue {
    sign_with("whsec_of_an_attacker", body, at)
}

/// The digest of a header in hex, for any text as `t`.
pub fn mac(key: impl AsRef<[u8]>, t: &str, body: impl AsRef<[u8]>) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_ref()).expect("any length");
    for part in [t.as_bytes(), b".", body.as_ref()] {
        mac.update(part);
    }
    let digest = mac.finalize().into_bytes();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The payload of an event with this id.
pub fn payload(id: &str) -> String {
    format!(r#"{{"id":"{id}","type":"charge.succeeded"}}"#)
}

/// An event of this type whose payload has this length, or is as short as it can be.
pub fn event_of(event_type: &str, bytes: usize) -> String {
    let start = format!(r#"{{"id":"evt_1","type":"{event_type}","pad":""#);
    let pad = "x".repeat(bytes.saturating_sub(start.len() + 2));
    format!("{start}{pad}\"}}")
}

/// A POST to the endpoint, without a signature.
pub fn post<B>(body: B) -> Request<B> {
    let request = Request::post(PATH).header(CONTENT_TYPE, "application/json");
    request.body(body).expect("a request")
}

/// A POST with this signature header.
pub fn with_header<B>(header: HeaderValue, body: B) -> Request<B> {
    let mut request = post(body);
    request.headers_mut().insert(SIGNATURE_HEADER, header);
    request
}

/// A POST of `body` with the signature of `signed_bytes`.
pub fn signed<B>(signed_bytes: impl AsRef<[u8]>, body: B) -> Request<B> {
    with_header(sign(signed_bytes), body)
}

pub fn delivery(event: impl Into<Bytes>) -> Request<Full<Bytes>> {
    let event = event.into();
    signed(event.clone(), Full::new(event))
}

pub fn genuine() -> Request<Full<Bytes>> {
    delivery(EVENT)
}

/// [`EVENT`] without a signature.
pub fn unsigned() -> Request<Full<Bytes>> {
    post(Full::from(EVENT))
}

/// [`EVENT`] with a forged signature.
pub fn forged() -> Request<Full<Bytes>> {
    with_header(forge(EVENT, now()), Full::from(EVENT))
}

/// The event of a genuine delivery of this payload, at [`now`].
pub fn verified(payload: impl Into<Bytes>) -> VerifiedEvent {
    let payload = payload.into();
    let event = Verifier::new(secret(SECRET)).verify(sign(&payload).as_bytes(), payload, now());
    event.expect("a genuine delivery")
}

/// The verified event of this id.
pub fn event(id: &str) -> VerifiedEvent {
    verified(payload(id))
}

/// A request with this event, as the layer passes it on.
pub fn passed_on(event: VerifiedEvent) -> Request<()> {
    let mut request = Request::new(());
    request.extensions_mut().insert(event);
    request
}
