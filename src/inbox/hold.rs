//! Under which token the queue knows a running attempt.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;

use crate::{inbox::record::Taken, store::Token};

/// A taken event, and the token and the time of the take.
pub(super) struct Held {
    pub(super) taken: Taken,
    pub(super) token: Token,
    pub(super) taken_at: Instant,
}

/// An event whose attempt is not over in the worker's loop.
pub(super) struct Active {
    pub(super) hold: SharedHold,
    /// The event, if the queue handed it out again. It is started when this attempt ends, unless
    /// this attempt adopted the new token or succeeded, or the new lease has ended.
    pub(super) again: Option<Held>,
}

/// Shared by an attempt and the worker's loop: a queue that has not heard of the attempt for a
/// lease hands its event out again, to the same worker under another token.
#[derive(Clone)]
pub(super) struct SharedHold(Arc<Mutex<Hold>>);

#[derive(Clone, Copy)]
pub(super) struct Hold {
    pub(super) token: Token,
    /// The number of the attempt, as the queue counts.
    pub(super) attempt: u32,
    is_lost: bool,
}

impl Hold {
    pub(super) fn new(token: Token, attempt: u32) -> Self {
        Self {
            token,
            attempt,
            is_lost: false,
        }
    }
}

impl SharedHold {
    pub(super) fn new(hold: Hold) -> Self {
        Self(Arc::new(Mutex::new(hold)))
    }

    pub(super) fn get(&self) -> Hold {
        *self.lock()
    }

    pub(super) fn set(&self, hold: Hold) {
        *self.lock() = hold;
    }

    /// Notes that the queue does not know this token. Returns whether that is news.
    pub(super) fn lose(&self, token: Token) -> bool {
        let mut hold = self.lock();
        let is_news = hold.token == token && !hold.is_lost;
        hold.is_lost |= is_news;
        is_news
    }

    fn lock(&self) -> MutexGuard<'_, Hold> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
