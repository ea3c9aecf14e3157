//! The embedded store.

mod by_end;
mod memory_store;
mod slots;
mod table;

pub use memory_store::MemoryStore;
