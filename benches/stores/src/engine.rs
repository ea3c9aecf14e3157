//! What each engine provides to the benches: one file an engine implements this.

use std::time::Duration;

use tower_loops::idempotency::EventStore;

pub(crate) trait Engine {
    type Store: EventStore + Clone;

    const NAME: &str;
    /// The engine's floor, in words: what one event costs at least.
    const FLOOR: &str;
    /// How many events a measurement of the floor, and of the store, has for each task.
    const FLOOR_EVENTS: usize;
    const EVENTS: usize;

    /// A store that remembers nothing.
    async fn empty_store(&self) -> Self::Store;

    /// The time that the floor takes for these events and tasks, on the settings of the store.
    async fn floor(&self, tasks: usize, each: usize) -> Duration;

    /// Adds this many expired entries, by the engine's own means.
    async fn fill(&self, store: &Self::Store, rows: u64);

    /// The bytes that table and indexes take.
    async fn size(&self, store: &Self::Store) -> u64;

    /// Purges until nothing has expired.
    async fn purge(&self, store: &Self::Store);

    /// How many expired entries are there.
    async fn expired(&self, store: &Self::Store) -> u64;
}
