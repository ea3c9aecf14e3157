//! The store on a real PostgreSQL, which each test starts for itself.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod abandoned;
mod at_once;
mod batch_faults;
mod batches;
mod conformance;
mod contention;
mod database;
mod errors;
mod faults;
mod inbox;
mod marks;
mod schema;
mod server;

#[path = "../../../../tests/inbox/crashes/mod.rs"]
#[allow(dead_code, reason = "shared by the engines")]
mod crashes;

#[path = "../../../../tests/engines/mod.rs"]
mod engines;
