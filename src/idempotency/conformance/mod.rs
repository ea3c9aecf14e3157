//! What every [`EventStore`] must pass, to be run against its real engine (feature `test-util`).
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
mod handlers;
mod keys;
mod table;

use std::{future::Future, sync::Arc, time::Duration};

use tokio::time::{Instant, sleep};

use super::{Claim, EventKey, EventStore, StoreError, Token};
use crate::hex::hex;

/// A lease that does not end while the suite runs.
const LONG: Duration = Duration::from_secs(600);
/// A lease whose end is waited for.
const SHORT: Duration = Duration::from_millis(250);
/// How long a store may take to notice that a time is over.
const PATIENCE: Duration = Duration::from_secs(20);

/// Holds a store to the table of [`EventStore`], one operation at a time and many at once, and to what the layer needs of it.
///
/// It takes some seconds, for the ends of leases. Its keys are in namespaces of its own, so that an engine that has other
/// entries may be used. Run it where several threads are, to see races.
///
/// # Panics
///
/// When the store does not conform, with what it did.
pub async fn run(store: impl EventStore) {
    let store = Arc::new(store);
    table::each_cell(&*store).await;
    table::time_ends_what_is_held_and_done(&*store).await;
    keys::are_kept_apart(&*store).await;
    contention::one_claimer_wins(&store).await;
    contention::one_claimer_takes_over(&store).await;
    handlers::each_event_succeeds_once(&store).await;
}

/// A namespace that no other run uses.
fn fresh_namespace() -> String {
    format!("conformance-{}", hex(Token::random().as_bytes()))
}

/// A key that no other check uses.
fn fresh_key() -> EventKey {
    EventKey::new(&fresh_namespace(), "evt_1")
}

fn answered<T>(answer: Result<T, StoreError>) -> T {
    answer.unwrap_or_else(|error| panic!("the store failed: {error}: {:?}", error))
}

/// Asks again and again until the answer is there.
async fn eventually<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    let begun = Instant::now();
    while !ask().await {
        assert!(begun.elapsed() < PATIENCE, "{what}: not after {PATIENCE:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

async fn claims(store: &impl EventStore, key: &EventKey, lease: Duration) -> bool {
    answered(store.claim(key, Token::random(), lease).await) == Claim::Claimed
}
