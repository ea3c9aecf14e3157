//! Where the entries are: numbered slots, and chains of them.

use crate::idempotency::store::Token;

/// No slot: the end of a chain.
pub(super) const NONE: u32 = u32::MAX;

/// A chunk at a time: more entries never move the existing ones.
const CHUNK: usize = 1024;

pub(super) struct Slot {
    /// `namespace:id`, which is unambiguous: no namespace has a colon.
    pub(super) key: Box<str>,
    pub(super) hash: u64,
    /// When the entry expires, in nanoseconds since the store was created.
    pub(super) end: u64,
    /// `None` when the event is done.
    pub(super) holder: Option<Token>,
    links: [Links; 2],
}

#[derive(Clone, Copy)]
struct Links {
    previous: u32,
    next: u32,
}

/// In which chains an entry is.
#[derive(Clone, Copy)]
pub(super) enum Chain {
    /// Entries that end at about the same time.
    End,
    /// All entries that are done, the oldest first. A free slot links to the next free one.
    Done,
}

/// The ends of a chain.
#[derive(Clone, Copy)]
pub(super) struct Ends {
    pub(super) first: u32,
    pub(super) last: u32,
}

pub(super) struct Slots {
    chunks: Vec<Vec<Slot>>,
    free: u32,
    len: usize,
}

impl Slots {
    pub(super) fn new() -> Self {
        Self {
            chunks: Vec::new(),
            free: NONE,
            len: 0,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn get(&self, slot: u32) -> &Slot {
        &self.chunks[slot as usize / CHUNK][slot as usize % CHUNK]
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> &mut Slot {
        &mut self.chunks[slot as usize / CHUNK][slot as usize % CHUNK]
    }

    /// Puts an entry into a slot, in no chain. `None` when the numbers are used up.
    pub(super) fn insert(&mut self, entry: Slot) -> Option<u32> {
        if self.free != NONE {
            let slot = self.free;
            self.free = self.links(slot, Chain::Done).next;
            *self.get_mut(slot) = entry;
            self.len += 1;
            return Some(slot);
        }
        let slot = u32::try_from(self.len).ok().filter(|slot| *slot != NONE)?;
        if self.len.is_multiple_of(CHUNK) {
            self.chunks.push(Vec::with_capacity(CHUNK));
        }
        self.chunks[self.len / CHUNK].push(entry);
        self.len += 1;
        Some(slot)
    }

    /// Frees a slot that is in no chain.
    pub(super) fn remove(&mut self, slot: u32) {
        let next = self.free;
        self.get_mut(slot).key = Box::default();
        self.links_mut(slot, Chain::Done).next = next;
        self.free = slot;
        self.len -= 1;
    }

    pub(super) fn next(&self, slot: u32, chain: Chain) -> u32 {
        self.links(slot, chain).next
    }

    /// Whether the ends of the chain have to change when this slot leaves it.
    pub(super) fn is_at_an_end(&self, slot: u32, chain: Chain) -> bool {
        let links = self.links(slot, chain);
        links.previous == NONE || links.next == NONE
    }

    /// Appends a slot to a chain.
    pub(super) fn append(&mut self, slot: u32, chain: Chain, ends: &mut Ends) {
        *self.links_mut(slot, chain) = Links {
            previous: ends.last,
            next: NONE,
        };
        match ends.last {
            NONE => ends.first = slot,
            last => self.links_mut(last, chain).next = slot,
        }
        ends.last = slot;
    }

    /// Takes a slot out of a chain.
    pub(super) fn unlink(&mut self, slot: u32, chain: Chain, ends: &mut Ends) {
        let Links { previous, next } = *self.links(slot, chain);
        match previous {
            NONE => ends.first = next,
            previous => self.links_mut(previous, chain).next = next,
        }
        match next {
            NONE => ends.last = previous,
            next => self.links_mut(next, chain).previous = previous,
        }
    }

    fn links(&self, slot: u32, chain: Chain) -> &Links {
        &self.get(slot).links[chain as usize]
    }

    fn links_mut(&mut self, slot: u32, chain: Chain) -> &mut Links {
        &mut self.get_mut(slot).links[chain as usize]
    }
}

impl Slot {
    pub(super) fn new(key: Box<str>, hash: u64) -> Self {
        const UNLINKED: Links = Links {
            previous: NONE,
            next: NONE,
        };
        Self {
            key,
            hash,
            end: 0,
            holder: None,
            links: [UNLINKED; 2],
        }
    }
}

impl Ends {
    pub(super) const EMPTY: Self = Self {
        first: NONE,
        last: NONE,
    };
}
