//! Redis store for the idempotency layer of tower-loops.
//!
//! [`RedisStore`] keeps one string per event. The README says how Redis must be set up, and what is
//! lost when.

mod error;
#[cfg(doctest)]
mod readme;
mod scripts;
mod store;
mod time;

pub use store::RedisStore;
