//! SQLite store for the idempotency layer of [tower-loops](tower_loops): each event is handled
//! once, by all processes that share a file, and across restarts.
//!
//! | what | when to use it |
//! |---|---|
//! | [`SqliteStore`] in an [`IdempotencyLayer`](tower_loops::idempotency::IdempotencyLayer) | always: a duplicate does not reach the handler |
//! | [`SqliteStore::mark_processed`] in a transaction of your own | the effects of the handler are rows of the same database: they and the mark of the event commit together or not at all |
//! | [`SqliteInbox`] behind [`Accept`](tower_loops::inbox::Accept), with a [`Worker`](tower_loops::inbox::Worker) | the work takes long: events are stored, answered 200, and handled afterwards |
//! | [`SqliteStore::purge_every`], [`SqliteInbox::purge_every`] in a task | while the program runs: expired entries take room until they are purged |
//!
//! The README has more on each, and what is lost when.

mod connection;
mod error;
mod file;
mod inbox;
mod mark;
mod operation;
mod priority;
mod purge;
mod queue;
#[cfg(doctest)]
mod readme;
mod statements;
mod store;
mod thread;

pub use inbox::SqliteInbox;
pub use store::SqliteStore;
#[doc(inline)]
pub use tower_loops::idempotency::Mark;
#[doc(inline)]
pub use tower_loops_sql::sqlite::SCHEMA;
#[doc(inline)]
pub use tower_loops_sql::sqlite::inbox::SCHEMA as INBOX_SCHEMA;
