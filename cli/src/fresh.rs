//! Ids and samples that have not been sent before.

use std::time::{SystemTime, UNIX_EPOCH};

use tower_loops::{EventType, testing};

/// The sample of this type under a new id, created now.
pub(crate) fn event(event_type: &EventType) -> Vec<u8> {
    let mut event = testing::sample(event_type);
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    event["created"] = since.map_or(0, |since| since.as_secs()).into();
    event["id"] = id().into();
    event.to_string().into_bytes()
}

pub(crate) fn id() -> String {
    format!("evt_test_{:016x}", fastrand::u64(..))
}
