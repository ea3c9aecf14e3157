//! The suites: what they check, in order.

use std::{sync::Arc, time::Duration};

use super::{accept, released, shares, table, takers, time, workers};
use crate::inbox::{Accepted, EventKey, Inbox, Queue, Taken, Token};
use crate::{
    event::StoredEvent,
    store::suite::{answered, fresh_namespace, verified},
};

/// A lease that does not end while the suite runs.
pub(super) const LONG: Duration = Duration::from_secs(600);
/// A lease whose end is waited for.
pub(super) const SHORT: Duration = Duration::from_millis(250);

/// Checks what [`Accept`](crate::inbox::Accept) asks of an inbox.
///
/// - An event is new once, and known afterwards; of 64 deliveries at once, one is new.
/// - Other ids, types and namespaces are other events, however unusual the ids are.
/// - A payload of 1 MiB.
///
/// Its keys are in namespaces of its own, so the inbox may have other events. It leaves its events
/// in the inbox.
///
/// # Panics
///
/// If the inbox does not conform, with what it did.
pub async fn accepts(inbox: impl Inbox) {
    let inbox = Arc::new(inbox);
    accept::is_new_once(&*inbox).await;
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
/// - 16 workers with handlers that fail at 30 % of their first attempts: each event succeeds once.
/// - Events that fail for good beside others, and their redrive.
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
    drain(&*queue).await;
    table::what_is_taken_is_what_was_stored(&*queue).await;
    table::each_cell(&*queue).await;
    table::repeated_takes_count_once(&*queue).await;
    released::keep_their_attempts(&*queue).await;
    table::dead_events_are_listed_and_redriven(&*queue).await;
    time::ends_leases_and_pauses(&*queue).await;
    time::notifications_come(&*queue).await;
    shares::neither_kind_waits_for_a_backlog_of_the_other(&*queue).await;
    takers::one_takes_each_event(&queue).await;
    workers::each_event_succeeds_once(&queue).await;
    workers::dead_events_delay_nobody(&queue).await;
    let counts = answered(queue.counts().await);
    assert_eq!(counts, crate::inbox::Counts::default(), "counts in the end");
}

/// Handles whatever is due.
pub(super) async fn drain(queue: &impl Queue) {
    loop {
        let (token, taken) = take(queue, 100, LONG).await;
        if taken.is_empty() {
            return;
        }
        for taken in taken {
            answered(
                queue
                    .finish(&taken.key, token, &crate::inbox::Outcome::Done)
                    .await,
            );
        }
    }
}

/// A take with a fresh token.
pub(super) async fn take(queue: &impl Queue, limit: usize, lease: Duration) -> (Token, Vec<Taken>) {
    let token = Token::random();
    (token, answered(queue.take(token, limit, lease).await))
}

pub(super) fn stored(id: &str, event_type: &str) -> StoredEvent {
    let payload = serde_json::json!({ "id": id, "type": event_type }).to_string();
    StoredEvent::from(&verified(payload))
}

/// Stores an event of a namespace of its own.
pub(super) async fn accept_one(queue: &impl Queue) -> EventKey {
    let key = EventKey::new(&fresh_namespace(), "evt_1");
    let accepted = answered(
        queue
            .accept(&key, &stored("evt_1", "charge.succeeded"))
            .await,
    );
    assert_eq!(accepted, Accepted::New, "accept of an event nobody knows");
    key
}
