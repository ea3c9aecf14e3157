//! What the operations of a store return.

use std::time::Duration;

/// The outcome of a [`claim`](super::EventStore::claim).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claim {
    /// The key is held by this token.
    Claimed,
    /// Another token holds it.
    InFlight {
        /// What is left of its lease.
        retry_after: Duration,
    },
    /// The event was handled.
    Done,
}

/// The outcome of a [`complete`](super::EventStore::complete).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Completion {
    /// It was held by this token.
    Held,
    /// The lease had expired. Another delivery may have handled the event since.
    LeaseLost,
}
