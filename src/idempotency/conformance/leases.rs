//! Keys and claims of the checks.

use std::time::Duration;

use crate::idempotency::{Claim, EventKey, EventStore, Token};
use crate::store::suite::{answered, fresh_namespace};

/// A key that no other check uses.
pub(super) fn fresh_key() -> EventKey {
    EventKey::new(&fresh_namespace(), "evt_1")
}

pub(super) async fn claims(store: &impl EventStore, key: &EventKey, lease: Duration) -> bool {
    answered(store.claim(key, Token::random(), lease).await) == Claim::Claimed
}
