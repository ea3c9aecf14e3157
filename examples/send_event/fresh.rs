//! An event that has not been sent before: the payload of an example with an id and a time of its own.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    time::{SystemTime, UNIX_EPOCH},
};

use serde_json::Value;

/// The payload under a new id and made now, its text otherwise untouched.
///
/// The envelope stands before `data` in the payloads of the examples, so its members are the first of their name.
pub(crate) fn fresh(payload: &str, now: SystemTime) -> String {
    let event: Value = serde_json::from_str(payload).expect("the example is JSON");
    let created = now
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    payload
        .replacen(&event["created"].to_string(), &created.to_string(), 1)
        .replacen(&event["id"].to_string(), &format!("{:?}", new_id()), 1)
}

/// An id that no other event has: every `RandomState` hashes with random keys of its own.
fn new_id() -> String {
    let random = RandomState::new().hash_one("evt");
    format!("evt_test_{random:016x}")
}
