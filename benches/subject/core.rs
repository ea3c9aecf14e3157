//! The core, without HTTP.

use std::time::SystemTime;

use bytes::Bytes;
use http::HeaderValue;
use tower_loops::{Rejection, VerifiedEvent, Verifier};

use super::timed::{Subject, subject};
use crate::{
    input::{secret, signature},
    reference,
};

/// `Verifier::verify`: the header, the MAC, the comparison and the event.
pub fn verify(body: &Bytes) -> impl Subject + use<> {
    verifying(signature(body), body.clone(), |result| {
        result.expect("it is genuine")
    })
}

/// `Verifier::verify`, and then the object of the event in its type.
pub fn verify_and_data(body: &Bytes) -> impl Subject + use<> {
    verifying(signature(body), body.clone(), |result| {
        let event = result.expect("it is genuine");
        let data = event.data().expect("an invoice");
        (event, data)
    })
}

/// `Verifier::verify` up to the comparison: the cost of a forged body, whose event is not read.
pub fn mac_only(body: &Bytes) -> impl Subject + use<> {
    verifying(signature(b"another body"), body.clone(), |result| {
        assert!(matches!(result, Err(Rejection::InvalidSignature { .. })));
        result
    })
}

/// `Verifier::verify` up to the comparison, then the event read by the reference of the scanner, a
/// serde visitor. The visitor does less: it does not look for `data.object`.
pub fn verify_by_visitor(body: &Bytes) -> impl Subject + use<> {
    let event = body.clone();
    verifying(signature(b"another body"), body.clone(), move |result| {
        assert!(matches!(result, Err(Rejection::InvalidSignature { .. })));
        reference::envelope(&event).expect("an event")
    })
}

/// The result for this body under this header, passed to `then`.
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
