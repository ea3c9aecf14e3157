#![doc = include_str!("../README.md")]

mod call;
mod connection;
mod error;
mod mark;
mod purge;
mod schema;
mod store;

pub use store::PostgresStore;
pub use tower_loops::idempotency::Mark;
pub use tower_loops_sql::postgres::TableNameError;
