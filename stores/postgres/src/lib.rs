#![doc = include_str!("../README.md")]

mod connection;
mod error;
mod mark;
mod operations;
mod purge;
mod statements;
mod store;
mod table;

pub use mark::Mark;
pub use store::PostgresStore;
pub use table::TableNameError;
