//! The core, without HTTP.

use std::time::SystemTime;

use bytes::Bytes;
use http::HeaderValue;
use tower_loops::{Rejection, VerifiedEvent, Verifier};

use super::{Subject, subject};
use crate::input::{secret, signature};

/// `Verifier::verify`: the header, the MAC, the comparison and the event.
pub fn verify(body: &Bytes) -> impl Subject + use<> {
    verifying(signature(body), body.clone(), |verdict| {
        verdict.expect("it is genuine")
    })
}

/// `Verifier::verify`, and then the object of the event in its type.
pub fn verify_and_data(body: &Bytes) -> impl Subject + use<> {
    verifying(signature(body), body.clone(), |verdict| {
        let event = verdict.expect("it is genuine");
        let data = event.data().expect("an invoice");
        (event, data)
    })
}

/// `Verifier::verify` up to the comparison. That is what a forged body gets: the signature is another one's, so no event is read.
pub fn mac_only(body: &Bytes) -> impl Subject + use<> {
    verifying(signature(b"another body"), body.clone(), |verdict| {
        assert!(matches!(verdict, Err(Rejection::InvalidSignature { .. })));
        verdict
    })
}

/// The verdict on this body under this header, and what is then made of it.
fn verifying<O>(
    header: HeaderValue,
    body: Bytes,
    then: impl Fn(Result<VerifiedEvent, Rejection>) -> O,
) -> impl Subject {
    let verifier = Verifier::new(secret());
    let now = SystemTime::now();
    subject(
        move || body.clone(),
        move |body| then(verifier.verify(header.as_bytes(), body, now)),
    )
}
