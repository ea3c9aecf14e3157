//! The inbox: events are stored in the database before they are acknowledged.

mod operations;
mod purge;
mod rows;
mod schema;
mod sqlite_inbox;
mod statements;

pub use sqlite_inbox::SqliteInbox;
