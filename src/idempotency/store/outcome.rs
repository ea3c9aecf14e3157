//! What the operations of a store return.

use std::time::Duration;

/// The outcome of a [`claim`](super::EventStore::claim).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claim {
    /// The key is held by this token.
    Claimed,
    /// Another token holds the key.
    InFlight {
        /// What is left of the lease of that token.
        retry_after: Duration,
    },
    /// The event was handled.
    Done,
}

/// The outcome of a [`complete`](super::EventStore::complete).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Completion {
    /// The key was held by this token.
    Held,
    /// The lease had expired. Another delivery may have handled the event since.
    LeaseLost,
}
