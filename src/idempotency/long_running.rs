//! The events of handlers that have run for long: no second one starts in this process.

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::time::Instant;

use super::store::{EventKey, Token};

/// The events of handlers whose lease has been renewed at least once. Whatever happens to the lease
/// at the engine, redeliveries to this process find them in progress.
///
/// A handler that ends before its first renewal, as nearly all do, is never entered.
#[derive(Default)]
pub(super) struct LongRunning {
    /// The delivery whose handler runs, and when the layer assumes that it hangs.
    keys: Mutex<HashMap<EventKey, (Token, Option<Instant>)>>,
    /// The number of entries: without any, no delivery takes the lock.
    count: AtomicUsize,
}

/// One running handler, until it is dropped.
pub(super) struct Entry {
    all: Arc<LongRunning>,
    key: EventKey,
    token: Token,
}

impl LongRunning {
    pub(super) fn enter(
        self: &Arc<Self>,
        key: &EventKey,
        token: Token,
        end: Option<Instant>,
    ) -> Entry {
        let mut keys = self.keys();
        // Replaces the entry of a handler that is assumed to hang, if there is one.
        keys.insert(key.clone(), (token, end));
        self.count.store(keys.len(), Ordering::Release);
        drop(keys);
        Entry {
            all: Arc::clone(self),
            key: key.clone(),
            token,
        }
    }

    pub(super) fn contains(&self, key: &EventKey) -> bool {
        self.count.load(Ordering::Acquire) > 0
            && (self.keys().get(key))
                .is_some_and(|(_, end)| end.is_none_or(|end| Instant::now() < end))
    }

    fn keys(&self) -> MutexGuard<'_, HashMap<EventKey, (Token, Option<Instant>)>> {
        // Nothing panics while the lock is held.
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Entry {
    fn drop(&mut self) {
        let mut keys = self.all.keys();
        if keys
            .get(&self.key)
            .is_some_and(|(token, _)| *token == self.token)
        {
            keys.remove(&self.key);
        }
        self.all.count.store(keys.len(), Ordering::Release);
    }
}
