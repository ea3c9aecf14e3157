//! The successes that are not recorded in the store yet.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use super::store::EventKey;

/// At this number, no further event is handled: its success might have to wait too, and memory is
/// finite.
pub(super) const MAX_UNRECORDED: usize = 100_000;

/// Events that were handled in this process and are not recorded yet. Redeliveries of them are
/// duplicates.
#[derive(Default)]
pub(super) struct Unrecorded {
    /// Several successes of one event can wait: a handler whose lease was lost ends beside the one
    /// that took over.
    keys: Mutex<HashMap<EventKey, usize>>,
    /// The number of successes: without any, which is nearly always, no delivery takes the lock.
    count: AtomicUsize,
}

/// One success that waits to be recorded, until it is dropped.
pub(super) struct Remembered {
    unrecorded: Arc<Unrecorded>,
    key: EventKey,
}

impl Unrecorded {
    pub(super) fn remember(self: &Arc<Self>, key: &EventKey) -> Remembered {
        let mut keys = self.keys();
        *keys.entry(key.clone()).or_default() += 1;
        self.count.fetch_add(1, Ordering::Release);
        drop(keys);
        Remembered {
            unrecorded: Arc::clone(self),
            key: key.clone(),
        }
    }

    pub(super) fn contains(&self, key: &EventKey) -> bool {
        self.count.load(Ordering::Acquire) > 0 && self.keys().contains_key(key)
    }

    pub(super) fn is_full(&self) -> bool {
        self.count.load(Ordering::Acquire) >= MAX_UNRECORDED
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<EventKey, usize>> {
        // Nothing panics while the lock is held.
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Remembered {
    fn drop(&mut self) {
        let mut keys = self.unrecorded.keys();
        if let Some(count) = keys.get_mut(&self.key) {
            *count -= 1;
            if *count == 0 {
                keys.remove(&self.key);
            }
        }
        self.unrecorded.count.fetch_sub(1, Ordering::Release);
    }
}
