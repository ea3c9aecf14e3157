#![doc = include_str!("../README.md")]

mod connection;
mod error;
mod mark;
mod operations;
mod purge;
mod store;

pub use mark::Mark;
pub use store::PostgresStore;
pub use tower_loops_sql::postgres::TableNameError;
