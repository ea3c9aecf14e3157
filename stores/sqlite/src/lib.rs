//! SQLite store for the idempotency layer of [tower-loops](tower_loops): each event handled once, by all processes that share
//! a file, and across restarts.
//!
//! | what | when to use it |
//! |---|---|
//! | [`SqliteStore`] in an [`IdempotencyLayer`](tower_loops::idempotency::IdempotencyLayer) | always: a duplicate does not reach the handler |
//! | [`SqliteStore::mark_processed`] in a transaction of your own | the handler's effects are in the same database: they and the event's id are committed together or not at all |
//! | [`SqliteStore::purge_every`] in a task | for as long as the program runs: what has expired takes room until it is purged |
//!
//! The README says more of each, and what is lost when.

mod connection;
mod error;
mod mark;
mod purge;
mod sql;
mod store;
mod timespan;

pub use mark::Mark;
pub use store::SqliteStore;
pub use tower_loops_sql::sqlite::SCHEMA;

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
