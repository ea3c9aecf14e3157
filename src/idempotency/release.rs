//! Releasing an event: after a failure, and after a claim whose answer was lost.

use std::{sync::Arc, time::Duration};

use tokio::{
    runtime::Handle,
    sync::Semaphore,
    time::{Instant, sleep},
};

use super::{lease::Lease, shared::Background, store::EventStore};
use crate::{store::Backoff, trace};

/// The longest pause after an attempt that failed.
const MAX_PAUSE: Duration = Duration::from_millis(500);

/// The longest pause after an attempt that found nothing to release, though a claim may still
/// arrive.
const MAX_PAUSE_FOR_NOTHING: Duration = Duration::from_secs(5);

/// Releases the event of a handler that failed, so that a retry can run. A spawned task goes on
/// where the store fails, and where there was nothing to release yet: a renewal whose answer was
/// lost may claim the event again.
pub(super) async fn release<St: EventStore>(mut lease: Lease<St>) {
    let is_answer_lost = lease.is_answer_lost();
    let is_over = move |was_held| was_held || !is_answer_lost;
    match lease.release().await {
        Ok(was_held) if is_over(was_held) => return,
        Ok(_) => {}
        Err(error) => trace::store_failed(&lease.key, "release", &error),
    }
    // A shutdown need not wait: the end of the lease frees the event as well.
    lease.stop_running();
    let releasing = release_later(lease, |limits| &limits.releases, is_over);
    tokio::spawn(trace::in_current_span(releasing));
}

/// Releases a claim whose answer was lost. The claim may have been made, or may be made
/// once the store continues: the task repeats until there was something to release.
pub(super) fn release_lost_claim<St: EventStore>(lease: &Lease<St>, runtime: &Handle) {
    let tasks = &lease.shared.background.lost_claim_tasks;
    // Beyond the limit of such tasks, no release is needed: the end of the lease frees the event.
    let Ok(place) = tasks.clone().try_acquire_owned() else {
        return;
    };
    let lease = lease.for_background();
    let releasing = release_later(lease, |limits| &limits.lost_claims, |was_held| was_held);
    runtime.spawn(trace::in_current_span(async move {
        releasing.await;
        drop(place);
    }));
}

/// Repeats the release until it succeeds, or the lease must have expired.
///
/// An engine that pauses executes what it has received when it continues. So the lease of what may
/// yet arrive counts from the last attempt that failed, for `max_hold` in all.
async fn release_later<St: EventStore>(
    lease: Lease<St>,
    limit: impl Fn(&Background) -> &Semaphore,
    is_over: impl Fn(bool) -> bool,
) {
    let (begun, mut backoff) = (Instant::now(), Backoff::new());
    let (config, mut start) = (Arc::clone(&lease.config), begun);
    sleep(backoff.pause(MAX_PAUSE)).await;
    while start.elapsed() < config.claim_lease() && begun.elapsed() < config.max_hold {
        // The semaphore is never closed, so `acquire` cannot fail.
        let permit = limit(&lease.shared.background).acquire().await;
        match Box::pin(lease.release()).await {
            Ok(was_held) if is_over(was_held) => return,
            // Pauses without the permit: other tasks need not wait for a claim that may never come.
            Ok(_) => {
                drop(permit);
                sleep(backoff.pause(MAX_PAUSE_FOR_NOTHING)).await;
            }
            // Pauses with the permit: however many tasks wait, a store that is down gets few calls.
            Err(_) => {
                if !is_over(false) {
                    start = Instant::now();
                }
                sleep(backoff.pause(MAX_PAUSE)).await;
                drop(permit);
            }
        }
    }
}
