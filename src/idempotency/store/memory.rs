//! The embedded store.

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use super::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, StoreErrorKind, Token,
};

const DEFAULT_CAPACITY: usize = 100_000;

/// Remembers events in this process's memory: **one process only**, and forgotten when it ends. For tests, for a single
/// small server whose handlers bear a repetition after a restart, and to begin with.
///
/// It holds 100,000 events unless [told otherwise](Self::with_capacity). When it is full, the event that was completed first
/// is forgotten; one that is being handled never is, and with nothing else left a claim fails
/// ([`StoreErrorKind::Full`]). Expired entries go as others come; there is no timer. Clones share their entries.
#[derive(Clone)]
pub struct MemoryStore {
    table: Arc<Mutex<Table>>,
}

impl MemoryStore {
    /// An empty store for 100,000 events.
    #[must_use]
    pub fn new() -> Self {
        Self {
            table: Arc::new(Mutex::new(Table {
                capacity: DEFAULT_CAPACITY,
                entries: HashMap::new(),
                by_end: BTreeMap::new(),
                done: BTreeMap::new(),
                next_entry: 0,
            })),
        }
    }

    /// Sets how many events it holds at most, whether being handled or done. Default: 100,000. None fit into 0.
    #[must_use]
    pub fn with_capacity(self, entries: usize) -> Self {
        self.table().capacity = entries;
        self
    }

    /// How many events it holds that have not expired.
    #[must_use]
    pub fn len(&self) -> usize {
        self.current().entries.len()
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The table without what has expired.
    fn current(&self) -> MutexGuard<'_, Table> {
        let mut table = self.table();
        table.forget_expired(Instant::now());
        table
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // No operation panics midway, so that a poisoned table is as good as another.
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
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
        let mut table = self.current();
        match table.state(key) {
            Some((State::Done, _)) => Ok(Claim::Done),
            Some((State::Held(holder), end)) if holder != token => Ok(Claim::InFlight {
                retry_after: end.map_or(Duration::MAX, |end| end - Instant::now()),
            }),
            _ => {
                table.put(key, State::Held(token), end_after(lease))?;
                Ok(Claim::Claimed)
            }
        }
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let mut table = self.current();
        let is_holder = table.is_held_by(key, token);
        if is_holder {
            table.put(key, State::Held(token), end_after(lease))?;
        }
        Ok(is_holder)
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let mut table = self.current();
        let is_holder = table.is_held_by(key, token);
        let end = match retention {
            Retention::For(time) => end_after(time),
            Retention::Forever => None,
        };
        table.put(key, State::Done, end)?;
        Ok(if is_holder {
            Completion::Held
        } else {
            Completion::LeaseLost
        })
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        let mut table = self.current();
        let is_holder = table.is_held_by(key, token);
        if is_holder {
            table.remove(key);
        }
        Ok(is_holder)
    }
}

/// `None` for an end that no clock reaches.
fn end_after(time: Duration) -> Option<Instant> {
    Instant::now().checked_add(time)
}

struct Table {
    capacity: usize,
    entries: HashMap<EventKey, Entry>,
    /// Which entries end when.
    by_end: BTreeMap<(Instant, u64), EventKey>,
    /// Which entries are done, in the order in which they were.
    done: BTreeMap<u64, EventKey>,
    /// The number of the next entry: each change of a key makes a new one.
    next_entry: u64,
}

struct Entry {
    number: u64,
    state: State,
    end: Option<Instant>,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Held(Token),
    Done,
}

impl Table {
    fn state(&self, key: &EventKey) -> Option<(State, Option<Instant>)> {
        self.entries.get(key).map(|entry| (entry.state, entry.end))
    }

    fn is_held_by(&self, key: &EventKey, token: Token) -> bool {
        matches!(self.state(key), Some((State::Held(holder), _)) if holder == token)
    }

    /// Puts an entry in the place of the key's old one, or into room that is there or can be made.
    fn put(
        &mut self,
        key: &EventKey,
        state: State,
        end: Option<Instant>,
    ) -> Result<(), StoreError> {
        if self.entries.contains_key(key) {
            self.remove(key);
        } else {
            self.make_room()?;
        }
        let number = self.next_entry;
        self.next_entry += 1;
        if let Some(end) = end {
            self.by_end.insert((end, number), key.clone());
        }
        if state == State::Done {
            self.done.insert(number, key.clone());
        }
        self.entries
            .insert(key.clone(), Entry { number, state, end });
        Ok(())
    }

    fn make_room(&mut self) -> Result<(), StoreError> {
        while self.entries.len() >= self.capacity {
            let (_, oldest) = self.done.pop_first().ok_or_else(full)?;
            self.remove(&oldest);
        }
        Ok(())
    }

    fn remove(&mut self, key: &EventKey) {
        if let Some(entry) = self.entries.remove(key) {
            self.done.remove(&entry.number);
            if let Some(end) = entry.end {
                self.by_end.remove(&(end, entry.number));
            }
        }
    }

    fn forget_expired(&mut self, now: Instant) {
        while let Some((&(end, _), key)) = self.by_end.first_key_value() {
            if end > now {
                return;
            }
            let key = key.clone();
            self.remove(&key);
        }
    }
}

fn full() -> StoreError {
    StoreError::new(
        StoreErrorKind::Full,
        "every event in the memory store is being handled: give it more room with `with_capacity`",
    )
}
