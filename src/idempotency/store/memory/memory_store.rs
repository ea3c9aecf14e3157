//! The store: a table behind a mutex.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{by_end::NEVER, table::Table};
use crate::idempotency::{Claim, Completion, EventKey, EventStore, Retention, StoreError, Token};

const DEFAULT_CAPACITY: usize = 100_000;

/// Remembers events in the memory of this process: **one process only**, and forgotten when it
/// ends. For tests, for a single small server whose handlers tolerate a repetition after a restart,
/// and to begin with.
///
/// It holds 100,000 events by default ([`with_capacity`](Self::with_capacity)). When it is full, it
/// forgets the event that was completed first. It never forgets one that is being handled: if there
/// are only such, a claim fails
/// ([`StoreErrorKind::Full`](crate::idempotency::StoreErrorKind::Full)). Expired entries are
/// removed as others come, a few at a time, without a timer. Clones share their entries.
#[derive(Clone)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

struct Shared {
    /// Its keys are random, so that no attacker can make up ids that share a hash.
    hasher: RandomState,
    table: Mutex<Table>,
}

impl MemoryStore {
    /// An empty store for 100,000 events.
    #[must_use]
    pub fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                hasher: RandomState::new(),
                table: Mutex::new(Table::new(DEFAULT_CAPACITY)),
            }),
        }
    }

    /// Sets how many events it holds at most, whether being handled or done. Default: 100,000. None
    /// fit into 0.
    #[must_use]
    pub fn with_capacity(self, entries: usize) -> Self {
        self.table().capacity = entries;
        self
    }

    /// How many events it holds that have not expired.
    #[must_use]
    pub fn len(&self) -> usize {
        loop {
            // Locks again for each few: there may be many, and deliveries wait.
            let mut table = self.table();
            let now = table.nanos(Instant::now());
            if !table.sweep(now) {
                return table.len(now);
            }
        }
    }

    /// Whether the store holds no event.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The table, the hash of the key, and the time.
    fn open(&self, key: &EventKey) -> (MutexGuard<'_, Table>, u64, u64) {
        let hash = self.shared.hasher.hash_one((key.namespace(), key.id()));
        let now = Instant::now();
        let mut table = self.table();
        let now = table.nanos(now);
        table.sweep(now);
        (table, hash, now)
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // No operation panics midway, so that a poisoned table is as good as another.
        let table = self.shared.table.lock();
        table.unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

impl EventStore for MemoryStore {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let (mut table, hash, now) = self.open(key);
        if let Some(slot) = table.find(hash, key, now) {
            let entry = table.slot(slot);
            match entry.holder {
                None => return Ok(Claim::Done),
                Some(holder) if holder != token => {
                    return Ok(Claim::InFlight {
                        retry_after: time_until(entry.end, now),
                    });
                }
                Some(_) => {}
            }
        }
        table.put((hash, key), Some(token), end_after(now, lease), now)?;
        Ok(Claim::Claimed)
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let (mut table, hash, now) = self.open(key);
        let is_holder = table.held_by(hash, key, token, now).is_some();
        if is_holder {
            table.put((hash, key), Some(token), end_after(now, lease), now)?;
        }
        Ok(is_holder)
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let (mut table, hash, now) = self.open(key);
        let is_holder = table.held_by(hash, key, token, now).is_some();
        let end = match retention {
            Retention::For(time) => end_after(now, time),
            Retention::Forever => NEVER,
        };
        table.put((hash, key), None, end, now)?;
        Ok(if is_holder {
            Completion::Held
        } else {
            Completion::LeaseLost
        })
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        let (mut table, hash, now) = self.open(key);
        let held = table.held_by(hash, key, token, now);
        if let Some(slot) = held {
            table.remove(slot);
        }
        Ok(held.is_some())
    }
}

fn end_after(now: u64, time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).map_or(NEVER, |time| now.saturating_add(time))
}

fn time_until(end: u64, now: u64) -> Duration {
    match end {
        NEVER => Duration::MAX,
        end => Duration::from_nanos(end.saturating_sub(now)),
    }
}
