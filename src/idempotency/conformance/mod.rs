//! The checks that every [`EventStore`](super::EventStore) must pass, to be run against its real
//! engine (feature `test-util`).
//!
//! ```
//! use tower_loops::idempotency::{MemoryStore, conformance};
//!
//! #[tokio::main(flavor = "current_thread", start_paused = true)]
//! async fn main() {
//!     conformance::run(MemoryStore::new()).await;
//! }
//! ```

mod contention;
mod deliveries;
mod handlers;
mod keys;
mod leases;
mod outage;
mod suite;
mod table;
mod trouble;

pub use suite::run;
