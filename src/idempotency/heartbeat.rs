//! Keeping a claim while its handler runs.

use std::{
    future::{Future, pending, poll_fn},
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    task::Poll,
};

use tokio::time::{Instant, sleep};

use super::{EventStore, claim::EventClaim};
use crate::trace;

/// Runs the handler, and renews the claim until it is through.
pub(super) async fn keep_while<St, F>(claim: &EventClaim<St>, handler: F) -> F::Output
where
    St: EventStore,
    F: Future,
{
    let is_asking = AtomicBool::new(false);
    let mut handler = pin!(handler);
    let mut heartbeat = pin!(beat(claim, &is_asking));
    let output = poll_fn(|cx| {
        if let Poll::Ready(output) = handler.as_mut().poll(cx) {
            return Poll::Ready(output);
        }
        let _ = heartbeat.as_mut().poll(cx);
        Poll::Pending
    })
    .await;
    // A renewal that is under way ends first: overtaken by a release, it would hold what was let go.
    poll_fn(|cx| {
        if is_asking.load(Ordering::Relaxed) {
            let _ = heartbeat.as_mut().poll(cx);
        }
        if is_asking.load(Ordering::Relaxed) {
            Poll::Pending
        } else {
            Poll::Ready(())
        }
    })
    .await;
    output
}

/// Renews the claim each third of its lease, until the event has been held for as long as it may be or is lost. Never ends:
/// the handler goes on either way.
async fn beat<St: EventStore>(claim: &EventClaim<St>, is_asking: &AtomicBool) {
    let settings = &claim.settings;
    let held_since = Instant::now();
    loop {
        sleep(settings.lease / 3).await;
        let rest = settings.max_hold.saturating_sub(held_since.elapsed());
        if rest.is_zero() {
            trace::held_too_long(&claim.key);
            break;
        }
        is_asking.store(true, Ordering::Relaxed);
        let renewed = claim
            .renew(settings.lease.min(rest), settings.lease / 6)
            .await;
        is_asking.store(false, Ordering::Relaxed);
        match renewed {
            Ok(true) => {}
            Ok(false) => {
                trace::lease_lost(&claim.key);
                break;
            }
            // This one has taken a sixth of the lease at the most: the next beat is within it.
            Err(error) => trace::store_failed(&claim.key, "extend", &error),
        }
    }
    pending::<()>().await;
}
