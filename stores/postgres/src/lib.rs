#![doc = include_str!("../README.md")]

mod batch;
mod call;
mod claims;
mod completions;
mod connection;
mod error;
mod inbox;
mod mark;
mod purge;
mod store;
mod table;

pub use inbox::PostgresInbox;
pub use store::PostgresStore;
pub use tower_loops::idempotency::Mark;
pub use tower_loops_sql::postgres::TableNameError;
pub use tower_loops_sql::postgres::inbox::SCHEMA as INBOX_SCHEMA;
