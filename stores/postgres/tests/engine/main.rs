//! The store on a real PostgreSQL, which each test starts for itself.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod conformance;
mod contention;
mod deliveries;
mod effects;
mod errors;
mod faults;
mod marks;
mod purge;
mod schema;
mod server;
