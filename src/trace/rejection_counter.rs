//! Counts rejections since the last verified delivery, to warn when nothing gets through.

use std::{
    sync::atomic::{AtomicI64, AtomicU64, Ordering::Relaxed},
    time::{SystemTime, UNIX_EPOCH},
};

/// How many rejections in a row are worth a warning.
const THRESHOLD: u64 = 10;

/// The seconds between two warnings.
const PERIOD: u64 = 60;

const NEVER: i64 = i64::MIN;

/// The rejections of one layer and its clones. Anyone can cause rejections, so warnings are limited
/// in number.
pub(crate) struct RejectionCounter {
    count: AtomicU64,
    /// When the last warning was due, in seconds since 1970.
    warned_at: AtomicI64,
}

impl Default for RejectionCounter {
    fn default() -> Self {
        Self {
            count: AtomicU64::new(0),
            warned_at: AtomicI64::new(NEVER),
        }
    }
}

impl RejectionCounter {
    /// A delivery was verified.
    pub(super) fn reset(&self) {
        // Reading is cheaper than writing where many threads share the line of memory.
        if self.count.load(Relaxed) != 0 {
            self.count.store(0, Relaxed);
        }
    }

    /// A delivery was rejected. Returns the count if a warning is due.
    pub(super) fn increment(&self, now: SystemTime) -> Option<u64> {
        let count = self.count.fetch_add(1, Relaxed) + 1;
        if count < THRESHOLD {
            return None;
        }
        let warned_at = self.warned_at.load(Relaxed);
        let now = seconds(now);
        // A clock that was set back does not silence warnings.
        if warned_at != NEVER && now.abs_diff(warned_at) < PERIOD {
            return None;
        }
        let exchanged = self
            .warned_at
            .compare_exchange(warned_at, now, Relaxed, Relaxed);
        exchanged.is_ok().then_some(count)
    }
}

fn seconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_secs()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_secs()).map_or(NEVER + 1, |s| -s),
    }
}
