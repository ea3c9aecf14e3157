//! What a queue and its worker tell each other.

use std::time::{Duration, SystemTime};

use crate::{event::StoredEvent, store::EventKey};

/// An event that a worker has taken.
#[derive(Clone, Debug)]
pub struct Taken {
    /// Its key.
    pub key: EventKey,
    /// The event.
    pub event: StoredEvent,
    /// How often it was taken, this time included.
    pub attempt: u32,
    /// When it was stored, by the engine's clock.
    pub accepted_at: SystemTime,
    /// The error of the last attempt that failed.
    pub last_error: Option<String>,
}

/// The outcome of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The event was handled.
    Done,
    /// The attempt failed, and another may succeed.
    Retry {
        /// The pause before it.
        after: Duration,
        /// Why it failed: at most 1,024 bytes, without NUL.
        error: String,
    },
    /// The service was not called with the event: it waits again, due at once, and the attempt does
    /// not count.
    Released,
    /// The last attempt failed.
    Dead {
        /// Why it failed: at most 1,024 bytes, without NUL.
        error: String,
    },
}

/// A dead event, kept for a person.
#[derive(Clone, Debug)]
pub struct DeadEvent {
    /// Its key.
    pub key: EventKey,
    /// The event.
    pub event: StoredEvent,
    /// How many attempts there were.
    pub attempts: u32,
    /// When it was stored, by the engine's clock.
    pub accepted_at: SystemTime,
    /// When it died, by the engine's clock.
    pub died_at: SystemTime,
    /// Why the last attempt failed.
    pub error: String,
}

/// How many events are in which state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Events that wait: for a worker, or for their next attempt.
    pub waiting: u64,
    /// Events that a worker has taken, within their lease.
    pub running: u64,
    /// Dead events.
    pub dead: u64,
    /// How long the oldest waiting event has been in the inbox, by the engine's clock.
    pub oldest_waiting: Option<Duration>,
}
