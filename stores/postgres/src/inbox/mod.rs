//! The inbox: events are stored in the database before they are acknowledged.

mod accepts;
mod listener;
mod notifier;
mod operations;
mod postgres_inbox;
mod purge;
mod rows;
mod schema;

pub use postgres_inbox::PostgresInbox;
