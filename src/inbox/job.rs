//! What the service of a worker gets.

use std::{fmt, ops::Deref, time::SystemTime};

use crate::{event::VerifiedEvent, store::EventKey};

/// One attempt to handle an event: the [`VerifiedEvent`] and how it came here. Cheap to clone.
#[derive(Clone)]
pub struct Job {
    pub(super) event: VerifiedEvent,
    pub(super) key: EventKey,
    pub(super) attempt: u32,
    pub(super) accepted_at: SystemTime,
    pub(super) last_error: Option<String>,
}

impl Job {
    /// The event.
    #[must_use]
    pub fn event(&self) -> &VerifiedEvent {
        &self.event
    }

    /// The number of this attempt, from 1. An attempt counts from the moment that a worker takes the
    /// event, also if its process dies.
    #[must_use]
    pub fn attempt(&self) -> u32 {
        self.attempt
    }

    /// When the event was stored, by the engine's clock.
    #[must_use]
    pub fn accepted_at(&self) -> SystemTime {
        self.accepted_at
    }

    /// The error of the last attempt that failed.
    #[must_use]
    pub fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }

    /// The key of the event in the inbox: for `mark_processed` of the SQL stores, in the transaction
    /// of the effects.
    #[must_use]
    pub fn key(&self) -> &EventKey {
        &self.key
    }
}

impl Deref for Job {
    type Target = VerifiedEvent;

    fn deref(&self) -> &VerifiedEvent {
        &self.event
    }
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job")
            .field("key", &self.key)
            .field("attempt", &self.attempt)
            .finish_non_exhaustive()
    }
}
