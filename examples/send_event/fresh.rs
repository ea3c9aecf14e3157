//! An event that has not been sent before: a sample with an id and a time of its own.

use std::{
    collections::hash_map::RandomState,
    hash::BuildHasher,
    time::{SystemTime, UNIX_EPOCH},
};

use tower_loops::{EventType, testing};

/// The sample of this type under a new id, created now.
pub(crate) fn fresh(event_type: &EventType, now: SystemTime) -> String {
    let mut event = testing::sample(event_type);
    let since = now.duration_since(UNIX_EPOCH);
    event["created"] = since.map_or(0, |since| since.as_secs()).into();
    event["id"] = new_id().into();
    event.to_string()
}

/// An id that no other event has: every `RandomState` hashes with random keys of its own.
fn new_id() -> String {
    let random = RandomState::new().hash_one("evt");
    format!("evt_test_{random:016x}")
}
