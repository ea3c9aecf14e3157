//! The core, without HTTP.

use std::time::SystemTime;

use bytes::Bytes;
use tower_loops::{Rejection, Verifier};

use super::{Subject, subject};
use crate::input::{secret, signature};

/// `Verifier::verify`: the header, the MAC, the comparison and the event.
pub fn verify(body: &Bytes) -> impl Subject + use<> {
    let verifier = Verifier::new(secret());
    let header = signature(body);
    let now = SystemTime::now();
    let body = body.clone();
    subject(
        move || body.clone(),
        move |body| {
            verifier
                .verify(header.as_bytes(), body, now)
                .expect("it is genuine")
        },
    )
}

/// `Verifier::verify`, and then the object of the event in its type.
pub fn verify_and_object(body: &Bytes) -> impl Subject + use<> {
    let verifier = Verifier::new(secret());
    let header = signature(body);
    let now = SystemTime::now();
    let body = body.clone();
    subject(
        move || body.clone(),
        move |body| {
            let event = verifier
                .verify(header.as_bytes(), body, now)
                .expect("it is genuine");
            let object = event.object().expect("an invoice");
            (event, object)
        },
    )
}

/// `Verifier::verify` up to the comparison. That is what a forged body gets: the signature is another one's, so no event is read.
pub fn mac_only(body: &Bytes) -> impl Subject + use<> {
    let verifier = Verifier::new(secret());
    let header = signature(b"another body");
    let now = SystemTime::now();
    let body = body.clone();
    subject(
        move || body.clone(),
        move |body| {
            let refused = verifier.verify(header.as_bytes(), body, now);
            assert!(matches!(refused, Err(Rejection::InvalidSignature)));
            refused
        },
    )
}
