//! Reading `data.object`. The result is dropped inside the measured time: freeing many small
//! allocations is part of the cost.

use std::time::SystemTime;

use bytes::Bytes;
use serde_json::Value;
use tower_loops::{Invoice, VerifiedEvent, Verifier};

use super::timed::{Subject, subject};
use crate::input::{secret, signature};

/// `VerifiedEvent::data`: the type chosen by the event.
pub fn data(body: &Bytes) -> impl Subject + use<> {
    let event = verified(body);
    subject(|| (), move |()| drop(event.data().expect("an object")))
}

/// `VerifiedEvent::object_as`: the type chosen by the caller.
pub fn object_as(body: &Bytes) -> impl Subject + use<> {
    let event = verified(body);
    let read = move || event.object_as::<Invoice>();
    subject(|| (), move |()| drop(read().expect("an invoice")))
}

/// The whole payload as a tree, the alternative to typed objects.
pub fn json_value(body: &Bytes) -> impl Subject + use<> {
    let payload = body.clone();
    let read = move || serde_json::from_slice::<Value>(&payload);
    subject(|| (), move |()| drop(read().expect("JSON")))
}

fn verified(body: &Bytes) -> VerifiedEvent {
    Verifier::new(secret())
        .verify(signature(body).as_bytes(), body.clone(), SystemTime::now())
        .expect("it is genuine")
}
