//! Keeps the lease while the handler runs.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

use super::{lease::Lease, store::EventStore};
use crate::trace;

/// Limits what is added to an `Instant`: a lease may be as long as a `Duration` can be.
const MAX_REST: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs the handler, and renews the lease each third of it until the handler ends, the event has
/// been held for `max_hold`, or it is lost. The handler goes on in any case.
pub(super) async fn keep_while<St, F>(
    lease: &Lease<St>,
    claimed_at: Instant,
    handler: F,
) -> F::Output
where
    St: EventStore,
    F: Future,
{
    let config = &lease.config;
    let mut handler = pin!(handler);
    let mut beat = claimed_at;
    loop {
        // From the start of one call to the start of the next: two calls fit into a lease before it
        // ends.
        beat += (config.lease / 3).min(MAX_REST);
        if let Some(output) = until(beat, handler.as_mut()).await {
            return output;
        }
        let rest = config.max_hold.saturating_sub(claimed_at.elapsed());
        if rest.is_zero() {
            trace::held_too_long(&lease.key);
            break;
        }
        beat = Instant::now();
        let renewal = lease.renew(config.lease.min(rest), config.lease / 6);
        let (output, renewed) = beside(handler.as_mut(), renewal).await;
        if let Some(output) = output {
            return output;
        }
        match renewed {
            Ok(true) => {}
            Ok(false) => {
                trace::lease_lost(&lease.key);
                break;
            }
            Err(error) => trace::store_failed(&lease.key, "extend", &error),
        }
    }
    handler.await
}

/// The output of the handler, if it ends before this time.
async fn until<F: Future>(time: Instant, mut handler: Pin<&mut F>) -> Option<F::Output> {
    let mut sleep = pin!(sleep_until(time));
    poll_fn(|cx| match handler.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => sleep.as_mut().poll(cx).map(|()| None),
    })
    .await
}

/// Ends with the renewal, even if the handler ends before: a renewal that a release overtakes would
/// hold the event again.
async fn beside<F: Future, R: Future>(
    mut handler: Pin<&mut F>,
    renewal: R,
) -> (Option<F::Output>, R::Output) {
    let mut renewal = pin!(renewal);
    let mut output = None;
    let renewed = poll_fn(|cx| {
        if output.is_none()
            && let Poll::Ready(ended) = handler.as_mut().poll(cx)
        {
            output = Some(ended);
        }
        renewal.as_mut().poll(cx)
    })
    .await;
    (output, renewed)
}
