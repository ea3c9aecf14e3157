//! The core: what is accepted and what is rejected, with bytes and times that the tests choose. No
//! HTTP service, no clock.

#[cfg(feature = "test-util")]
mod any_object;
#[cfg(feature = "axum")]
mod auto_traits;
mod data;
mod envelope;
mod event_type;
mod header;
mod hostile_objects;
mod json;
mod known;
mod money;
mod object_errors;
mod objects;
#[cfg(feature = "test-util")]
mod privacy;
mod properties;
mod reading;
mod redaction;
mod reference;
mod rejection;
mod secret;
mod strategies;
#[cfg(feature = "test-util")]
mod testing;
mod timestamp;
mod vectors;
mod verification;

use bytes::Bytes;
pub(crate) use testkit::delivery::at;
use testkit::delivery::{NOW, SECRET, mac, secret};
use tower_loops::{Rejection, VerifiedEvent, Verifier};

/// A simple event.
pub(crate) const BODY: &str =
    r#"{"id":"evt_1","type":"charge.succeeded","data":{"object":{"amount":1999}}}"#;

pub(crate) fn verifier() -> Verifier {
    Verifier::new(secret(SECRET))
}

/// The header of the body for any text as `t`, which `Signer` cannot make.
pub(crate) fn header(t: &str, body: impl AsRef<[u8]>) -> String {
    format!("t={t},v1={}", mac(SECRET, t, body))
}

/// The header of the body at [`NOW`].
pub(crate) fn sign(body: impl AsRef<[u8]>) -> String {
    header(&NOW.to_string(), body)
}

/// Verifies under [`SECRET`] at [`NOW`].
pub(crate) fn verify(
    header: impl AsRef<[u8]>,
    body: impl AsRef<[u8]>,
) -> Result<VerifiedEvent, Rejection> {
    let body = Bytes::copy_from_slice(body.as_ref());
    verifier().verify(header.as_ref(), body, at(NOW))
}

/// Verifies the body with a right signature, so that only the body decides.
pub(crate) fn receive(body: impl AsRef<[u8]>) -> Result<VerifiedEvent, Rejection> {
    verify(sign(&body), body)
}

/// An event with exactly this text as its object.
pub(crate) fn event(event_type: &str, object: &str) -> VerifiedEvent {
    let body = format!(r#"{{"id":"evt_1","type":"{event_type}","data":{{"object":{object}}}}}"#);
    receive(&body).unwrap_or_else(|error| panic!("{error:?}: {body}"))
}

/// `accepted`, or the text of the rejection.
pub(crate) fn outcome<T>(result: &Result<T, Rejection>) -> String {
    match result {
        Ok(_) => "accepted".to_owned(),
        Err(rejection) => rejection.to_string(),
    }
}
