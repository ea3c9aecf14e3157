//! The interface of an event store, its types, and the stores that this crate has.

mod any;
mod error;
mod event_store;
mod key;
mod mark;
mod memory;
mod outcome;
mod purge;
mod token;

pub use any::AnyStore;
pub use error::{StoreError, StoreErrorKind};
pub use event_store::EventStore;
pub use key::EventKey;
pub use mark::Mark;
pub use memory::MemoryStore;
pub use outcome::{Claim, Completion, Retention};
pub use purge::{purge_every, purge_in_batches};
pub use token::Token;
