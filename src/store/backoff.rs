//! The pauses between attempts.

use std::{collections::hash_map::RandomState, hash::BuildHasher, time::Duration};

const FIRST: Duration = Duration::from_millis(100);

/// Pauses that double, each cut to a random length between its half and its whole, so that what
/// failed together does not come again together.
pub(crate) struct Backoff {
    next: Duration,
}

impl Backoff {
    pub(crate) fn new() -> Self {
        Self { next: FIRST }
    }

    /// The next pause, which is at most `cap`.
    pub(crate) fn pause(&mut self, cap: Duration) -> Duration {
        let pause = self.next.min(cap);
        self.next = pause.saturating_mul(2);
        jittered(pause)
    }
}

/// A random length between the half and the whole of a pause.
pub(crate) fn jittered(pause: Duration) -> Duration {
    pause / 2 + (pause / 2).mul_f64(random_fraction())
}

/// From 0 to 1. Each `RandomState` has other keys, and their hashes are random enough for pauses.
fn random_fraction() -> f64 {
    let [bits, ..] = RandomState::new().hash_one(()).to_ne_bytes();
    f64::from(bits) / f64::from(u8::MAX)
}
