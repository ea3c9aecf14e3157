//! The core: what is accepted and what is refused, with bytes and times brought by the tests. No HTTP service, no clock.
#![recursion_limit = "256"] // For large objects in `json!`.

#[cfg(feature = "test-util")]
mod any_object;
#[cfg(feature = "axum")]
mod auto_traits;
mod candidates;
mod envelope;
mod event_type;
mod generations;
mod header;
mod hostile_objects;
mod json;
#[cfg(feature = "test-util")]
mod known;
mod long_strings;
mod malformed_fields;
mod members;
mod money;
mod object_errors;
#[cfg(feature = "test-util")]
mod privacy;
mod properties;
mod reading;
mod redaction;
mod rejection;
mod rotation;
mod secret;
mod signer;
#[cfg(feature = "test-util")]
mod testing;
mod timestamp;
mod vectors;
mod verification;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use tower_loops::{Rejection, Secret, VerifiedEvent, Verifier};

/// The secret of every test that does not choose its own.
pub(crate) const SECRET: &str = "whsec_9f86d081884c7d65";

/// The second in which every test takes place that does not choose its own.
pub(crate) const NOW: u64 = 1_700_000_000;

/// An event of the simplest kind.
pub(crate) const BODY: &str =
    r#"{"id":"evt_1","type":"charge.succeeded","data":{"object":{"amount":1999}}}"#;

pub(crate) fn secret(bytes: impl Into<Vec<u8>>) -> Secret {
    Secret::new(bytes).expect("the secret is not empty")
}

pub(crate) fn verifier() -> Verifier {
    Verifier::new(secret(SECRET))
}

/// This many seconds after 1970.
pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

/// The signature in hex, over the text of `t` as given: what `Signer` has no way to say, such as `t=007`.
pub(crate) fn mac(secret: impl AsRef<[u8]>, t: &str, body: impl AsRef<[u8]>) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_ref()).expect("any length will do");
    mac.update(t.as_bytes());
    mac.update(b".");
    mac.update(body.as_ref());
    let digest = mac.finalize().into_bytes();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The header that signs the body under [`SECRET`] at [`NOW`].
pub(crate) fn sign(body: impl AsRef<[u8]>) -> String {
    let t = NOW.to_string();
    format!("t={t},v1={}", mac(SECRET, &t, body))
}

/// Verifies under [`SECRET`] at [`NOW`].
pub(crate) fn verify(
    header: impl AsRef<[u8]>,
    body: impl AsRef<[u8]>,
) -> Result<VerifiedEvent, Rejection> {
    let body = Bytes::copy_from_slice(body.as_ref());
    verifier().verify(header.as_ref(), body, at(NOW))
}

/// Signs the body rightly, so that only the body decides.
pub(crate) fn receive(body: impl AsRef<[u8]>) -> Result<VerifiedEvent, Rejection> {
    verify(sign(&body), body)
}

/// The body of an event of this type about this object.
pub(crate) fn event_body(event_type: &str, object: &serde_json::Value) -> String {
    serde_json::json!({"id": "evt_1", "type": event_type, "data": {"object": object}}).to_string()
}

/// What came out, in a few words: `accepted`, or what the refusal displays.
pub(crate) fn outcome<T>(result: &Result<T, Rejection>) -> String {
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(rejection) => rejection.to_string(),
    }
}
