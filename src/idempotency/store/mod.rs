//! The interface of an event store, its types, and the stores that this crate has.

mod any;
mod event_store;
mod mark;
mod memory;
mod outcome;

pub use any::AnyStore;
pub use event_store::EventStore;
pub use mark::Mark;
pub use memory::MemoryStore;
pub use outcome::{Claim, Completion};

pub(super) use crate::store::{EventKey, Retention, StoreError, StoreErrorKind, Token};
