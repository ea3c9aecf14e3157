//! The entries of a store, with what has to be found among them: a key, what has ended, what was
//! done first.

use hashbrown::HashTable;
use tokio::time::Instant;

use super::{
    by_end::ByEnd,
    slots::{Chain, Ends, NONE, Slot, Slots},
};
use crate::idempotency::store::{EventKey, StoreError, StoreErrorKind, Token};

/// Many small indexes: one that grows rehashes this fraction of the keys while the table is locked.
const INDEXES: usize = 64;

/// How many ended entries an operation removes, so that none pays for all. It adds one at most.
const SWEPT: usize = 4;

pub(super) struct Table {
    pub(super) capacity: usize,
    /// The first time that the store was asked: times of entries count from here.
    beginning: Option<Instant>,
    slots: Slots,
    indexes: Vec<HashTable<u32>>,
    by_end: ByEnd,
    done: Ends,
}

impl Table {
    pub(super) fn new(capacity: usize) -> Self {
        Self {
            capacity,
            beginning: None,
            slots: Slots::new(),
            indexes: (0..INDEXES).map(|_| HashTable::new()).collect(),
            by_end: ByEnd::default(),
            done: Ends::EMPTY,
        }
    }

    /// Nanoseconds since the beginning: enough for 584 years.
    pub(super) fn nanos(&mut self, now: Instant) -> u64 {
        let beginning = *self.beginning.get_or_insert(now);
        let nanos = now.saturating_duration_since(beginning).as_nanos();
        u64::try_from(nanos).unwrap_or(u64::MAX)
    }

    /// The entry of a key, unless it has ended.
    pub(super) fn find(&self, hash: u64, key: &EventKey, now: u64) -> Option<u32> {
        self.find_any(hash, key)
            .filter(|slot| self.slots.get(*slot).end > now)
    }

    /// The entry of a key that this token holds.
    pub(super) fn held_by(&self, hash: u64, key: &EventKey, token: Token, now: u64) -> Option<u32> {
        self.find(hash, key, now)
            .filter(|slot| self.slots.get(*slot).holder == Some(token))
    }

    pub(super) fn slot(&self, slot: u32) -> &Slot {
        self.slots.get(slot)
    }

    /// Replaces the key's old entry, or uses free capacity, or makes some.
    pub(super) fn put(
        &mut self,
        (hash, key): (u64, &EventKey),
        holder: Option<Token>,
        end: u64,
        now: u64,
    ) -> Result<(), StoreError> {
        let slot = if let Some(slot) = self.find_any(hash, key) {
            self.unlink(slot);
            slot
        } else {
            self.make_room(now)?;
            self.insert(hash, key)?
        };
        let entry = self.slots.get_mut(slot);
        (entry.holder, entry.end) = (holder, end);
        self.by_end.insert(&mut self.slots, slot);
        if holder.is_none() {
            self.slots.append(slot, Chain::Done, &mut self.done);
        }
        Ok(())
    }

    pub(super) fn remove(&mut self, slot: u32) {
        self.unlink(slot);
        let index = &mut self.indexes[index_of(self.slots.get(slot).hash)];
        if let Ok(entry) = index.find_entry(self.slots.get(slot).hash, |other| *other == slot) {
            entry.remove();
        }
        self.slots.remove(slot);
    }

    /// Removes some of what has ended. Returns whether there may be more.
    pub(super) fn sweep(&mut self, now: u64) -> bool {
        for _ in 0..SWEPT {
            let Some(slot) = self.by_end.in_the_past(now) else {
                return false;
            };
            self.remove(slot);
        }
        true
    }

    /// How many entries have not ended. To be asked after a sweep that left nothing.
    pub(super) fn len(&self, now: u64) -> usize {
        self.slots.len() - self.by_end.in_the_present(&self.slots, now).count()
    }

    fn find_any(&self, hash: u64, key: &EventKey) -> Option<u32> {
        self.indexes[index_of(hash)]
            .find(hash, |slot| is_of(&self.slots.get(*slot).key, key))
            .copied()
    }

    fn insert(&mut self, hash: u64, key: &EventKey) -> Result<u32, StoreError> {
        let text = format!("{}:{}", key.namespace(), key.id()).into_boxed_str();
        let slot = self.slots.insert(Slot::new(text, hash)).ok_or_else(full)?;
        self.indexes[index_of(hash)].insert_unique(hash, slot, |slot| self.slots.get(*slot).hash);
        Ok(slot)
    }

    /// Removes what has ended, else what was done first. What is held keeps its place.
    fn make_room(&mut self, now: u64) -> Result<(), StoreError> {
        while self.slots.len() >= self.capacity {
            let ended = self
                .by_end
                .in_the_past(now)
                .or_else(|| self.by_end.in_the_present(&self.slots, now).next());
            let oldest_done = Some(self.done.first).filter(|slot| *slot != NONE);
            let slot = ended.or(oldest_done).ok_or_else(full)?;
            self.remove(slot);
        }
        Ok(())
    }

    fn unlink(&mut self, slot: u32) {
        self.by_end.remove(&mut self.slots, slot);
        if self.slots.get(slot).holder.is_none() {
            self.slots.unlink(slot, Chain::Done, &mut self.done);
        }
    }
}

/// Uses neither the lowest nor the highest bits of the hash: the indexes themselves use these.
fn index_of(hash: u64) -> usize {
    (hash >> 32) as usize % INDEXES
}

/// Whether this is the text of the key, `namespace:id`.
fn is_of(text: &str, key: &EventKey) -> bool {
    text.strip_prefix(key.namespace())
        .and_then(|rest| rest.strip_prefix(':'))
        == Some(key.id())
}

fn full() -> StoreError {
    StoreError::new(
        StoreErrorKind::Full,
        "every event in the memory store is being handled: raise its `with_capacity`",
    )
    .without_effect()
}
