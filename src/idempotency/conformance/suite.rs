//! The suite: what it checks, in order.

use std::sync::Arc;

use super::{contention, handlers, keys, outage::Trouble, table, trouble};
use crate::idempotency::EventStore;

/// Checks a store against the table of [`EventStore`], and under an
/// [`IdempotencyLayer`](crate::idempotency::IdempotencyLayer).
///
/// - Each cell of the table: what an operation returns, and what it leaves.
/// - The ends of leases and retentions, the shortest and the longest.
/// - Unusual ids and namespaces, which must be kept apart.
/// - 64 claimers at once, of 200 keys, and of one whose lease has ended: one wins.
/// - 64 workers with handlers that fail at 30 % of their attempts: each event succeeds once.
/// - Operations whose futures are dropped midway.
/// - Successes whose record stalls, outages, both longer than a lease, bursts of claims whose
///   answers are lost: no event is handled twice, none stays blocked.
///
/// It takes about half a minute at most, for the ends of leases. Its keys are in namespaces of its
/// own, so the engine may have other entries. Run it on several threads, to see races.
///
/// # Panics
///
/// If the store does not conform, with what it did.
pub async fn run(store: impl EventStore) {
    let store = Arc::new(store);
    table::each_cell(&*store).await;
    table::time_ends_what_is_held_and_done(&*store).await;
    keys::are_kept_apart(&*store).await;
    contention::one_claimer_wins(&store).await;
    contention::one_claimer_takes_over(&store).await;
    handlers::each_event_succeeds_once(&store).await;
    trouble::dropped_operations_can_be_repeated(&*store).await;
    trouble::a_success_is_recorded_after(Trouble::CompletionsLost, &store).await;
    trouble::a_success_is_recorded_after(Trouble::All, &store).await;
    trouble::a_burst_of_lost_claims_blocks_nothing(&store).await;
}
