//! Recording a success: at once if the store can, else in the background.

use std::{pin::pin, task::Poll, time::Duration};

use tokio::time::{Instant, sleep};

use super::{
    lease::Lease,
    store::{Completion, EventStore, StoreError},
    unrecorded::Remembered,
};
use crate::{
    store::{Backoff, bounded, jittered, poll_once},
    trace,
};

const ATTEMPTS: usize = 3;
const PAUSE: Duration = Duration::from_millis(50);

/// The longest pause in the background: soon after an outage the store knows of the success, before
/// others claim the event.
const MAX_PAUSE: Duration = Duration::from_millis(400);

/// Records the success in some attempts, all within the limit of one store call. After that a
/// spawned task goes on. The work is done: no error here turns it into a failure.
pub(super) async fn record_success<St: EventStore>(lease: Lease<St>) {
    let (remembered, outcome) = {
        let limit = lease.config.call_limit();
        let attempts = pin!(attempts(&lease));
        let mut attempts = pin!(bounded(limit, attempts));
        match poll_once(attempts.as_mut()).await {
            Poll::Ready(Ok(Completion::Held)) => return,
            Poll::Ready(outcome) => (lease.shared.unrecorded.remember(&lease.key), outcome),
            // From the first wait on, redeliveries must find the success here.
            Poll::Pending => (lease.shared.unrecorded.remember(&lease.key), attempts.await),
        }
    };
    match outcome {
        Ok(Completion::Held) => {}
        Ok(Completion::LeaseLost) => {
            tokio::spawn(outlast_claims(lease, remembered));
        }
        Err(error) => {
            trace::store_failed(&lease.key, "complete", &error);
            tokio::spawn(trace::in_current_span(record_later(lease, remembered)));
        }
    }
}

async fn attempts<St: EventStore>(lease: &Lease<St>) -> Result<Completion, StoreError> {
    let mut outcome = lease.complete().await;
    // Only the first attempt can tell a lost lease: a later one may find what an earlier one has
    // recorded.
    if let Ok(Completion::LeaseLost) = outcome {
        trace::lease_lost(&lease.key);
    }
    for _ in 1..ATTEMPTS {
        if outcome.is_ok() {
            break;
        }
        sleep(jittered(PAUSE)).await;
        outcome = lease.complete().await;
    }
    outcome
}

/// Goes on until the success is recorded. Gives up after an attempt that began when `max_hold` was
/// over.
async fn record_later<St: EventStore>(lease: Lease<St>, remembered: Remembered) {
    let (start, mut backoff) = (Instant::now(), Backoff::new());
    sleep(backoff.pause(MAX_PAUSE)).await;
    loop {
        // The semaphore is never closed, so `acquire` cannot fail.
        let permit = lease.shared.background.completions.acquire().await;
        let is_last = start.elapsed() >= lease.config.max_hold;
        // Boxed, because a task that waits should be small: there may be very many.
        if Box::pin(lease.complete()).await.is_ok() {
            break;
        }
        if is_last {
            trace::success_not_recorded(&lease.key);
            return;
        }
        // Pauses with the permit: however many tasks wait, a store that is down gets few calls.
        // Then the next task has its turn: the failure may concern only this event.
        sleep(backoff.pause(MAX_PAUSE)).await;
        drop(permit);
    }
    outlast_claims(lease, remembered).await;
}

/// The lease was lost, so another delivery may hold the event for which this process has just
/// recorded a success. Its claim is answered within the limit of a call: until then the success
/// stays known here, and the handler does not run again.
async fn outlast_claims<St: EventStore>(mut lease: Lease<St>, remembered: Remembered) {
    lease.stop_running();
    sleep(lease.config.call_limit()).await;
    drop(remembered);
}
