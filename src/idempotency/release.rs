//! Releasing an event: after a failure, and after a claim whose answer was lost.

use std::time::Duration;

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

/// Releases the event of a handler that failed, so that a retry can run. Where the store fails, a
/// spawned task goes on.
pub(super) async fn release<St: EventStore>(mut lease: Lease<St>) {
    if let Err(error) = lease.release().await {
        trace::store_failed(&lease.key, "release", &error);
        // The process may end now: the lease does, too.
        lease.stop_running();
        let releasing = release_later(lease, |limits| &limits.releases, |_| true);
        tokio::spawn(trace::in_current_span(releasing));
    }
}

/// Releases a claim whose answer was lost. The claim may have been made, or may be made
/// once the store continues: the task repeats until there was something to release.
pub(super) fn release_lost_claim<St: EventStore>(lease: &Lease<St>) {
    let tasks = &lease.shared.background.lost_claim_tasks;
    // Without a runtime, or with too many of these, the end of the lease frees the event.
    let Ok(runtime) = Handle::try_current() else {
        return;
    };
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

/// Repeats the release until it is over, or the lease must have expired by itself.
async fn release_later<St: EventStore>(
    lease: Lease<St>,
    limit: impl Fn(&Background) -> &Semaphore,
    is_over: impl Fn(bool) -> bool,
) {
    let (start, mut backoff) = (Instant::now(), Backoff::new());
    sleep(backoff.pause(MAX_PAUSE)).await;
    while start.elapsed() < lease.config.claim_lease() {
        // It is never closed, so there is always a permit.
        let permit = limit(&lease.shared.background).acquire().await;
        match Box::pin(lease.release()).await {
            Ok(was_held) if is_over(was_held) => return,
            // Others need not wait for a claim that may never arrive.
            Ok(_) => {
                drop(permit);
                sleep(backoff.pause(MAX_PAUSE_FOR_NOTHING)).await;
            }
            // With the permit: however many wait, a store that is down gets few calls.
            Err(_) => {
                sleep(backoff.pause(MAX_PAUSE)).await;
                drop(permit);
            }
        }
    }
}
