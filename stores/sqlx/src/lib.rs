#![doc = include_str!("../README.md")]

#[cfg(not(any(feature = "mysql", feature = "postgres", feature = "sqlite")))]
compile_error!("enable a feature of tower-loops-sqlx: `mysql`, `postgres` or `sqlite`");

mod connection;
mod diagnosis;
mod engine;
mod error;
mod mark;
mod purge;
mod store;

pub use engine::Engine;
pub use store::SqlxStore;
pub use tower_loops::idempotency::Mark;
