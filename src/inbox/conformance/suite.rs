//! The suites: what they check, in order.

use std::sync::Arc;

use super::{accept, events, released, shares, table, takers, time, workers};
use crate::inbox::{Counts, Inbox, Queue};
use crate::store::suite::answered;

/// Checks what [`Accept`](crate::inbox::Accept) asks of an inbox.
///
/// - An event is new once, and known afterwards; of 64 deliveries at once, one is new.
/// - Other ids, types and namespaces are other events, however unusual the ids are.
/// - A payload of 1 MiB.
///
/// Its keys are in its own namespaces, so the inbox may have other events. It leaves its events
/// in the inbox.
///
/// # Panics
///
/// If the inbox does not conform, with what it did.
pub async fn accepts(inbox: impl Inbox) {
    let inbox = Arc::new(inbox);
    accept::keeps_events_apart(&*inbox).await;
    accept::takes_large_payloads(&*inbox).await;
    accept::is_new_to_one_of_many(&inbox).await;
}

/// Checks a queue against the table of [`Queue`], and under [`Worker`](crate::inbox::Worker)s;
/// first as [`accepts`] does.
///
/// - Each cell of the table: what an operation returns, and what it leaves.
/// - The payload is taken as it was stored, in order.
/// - The ends of leases and pauses.
/// - New events beside those whose pause or lease has ended: a take serves both.
/// - Repeated takes, and 64 takers at once: one takes each event.
/// - 16 workers with handlers that fail at 30 % of their first attempts: each event succeeds once,
///   beside events that fail for good, which succeed after their redrive.
///
/// **The inbox must be empty, and must not be used by anybody else**: a take gets whatever is due.
/// All its events are handled in the end. It takes some seconds, for the ends of leases. Run it on
/// several threads, to see races.
///
/// # Panics
///
/// If the queue does not conform, with what it did.
pub async fn run(queue: impl Queue) {
    let queue = Arc::new(queue);
    accepts(Arc::clone(&queue)).await;
    events::drain(&*queue).await;
    table::what_is_taken_is_what_was_stored(&*queue).await;
    table::each_cell(&*queue).await;
    table::repeated_takes_count_once(&*queue).await;
    released::keep_their_attempts(&*queue).await;
    table::dead_events_are_listed_and_redriven(&*queue).await;
    time::ends_leases_and_pauses(&*queue).await;
    time::notifications_come(&*queue).await;
    shares::neither_kind_waits_for_a_backlog_of_the_other(&*queue).await;
    takers::one_takes_each_event(&queue).await;
    workers::each_event_succeeds_once_and_dead_ones_delay_nobody(&queue).await;
    let counts = answered(queue.counts().await);
    assert_eq!(counts, Counts::default(), "counts in the end");
}
