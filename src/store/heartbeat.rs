//! Keeps the lease while the handler runs.

use std::{
    future::{Future, poll_fn},
    ops::ControlFlow,
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use tokio::time::{Instant, sleep_until};

use super::call::poll_once;

/// Limits what is added to an `Instant`: a lease may be as long as a `Duration` can be.
const MAX_REST: Duration = Duration::from_secs(24 * 60 * 60);

/// Runs the handler, and calls `renew` each third of the lease until the handler ends or `renew`
/// breaks. The handler goes on in any case. A success ends a renewal that is under way: its record
/// does not wait.
pub(crate) async fn keep_while<F, R>(
    claimed_at: Instant,
    lease: Duration,
    mut renew: impl FnMut() -> R,
    mut handler: Pin<&mut F>,
    is_success: impl Fn(&F::Output) -> bool,
) -> F::Output
where
    F: Future,
    R: Future<Output = ControlFlow<()>>,
{
    let mut beat = claimed_at;
    loop {
        // Counts from the start of one renewal to the start of the next, so that two fit into a
        // lease.
        beat += (lease / 3).min(MAX_REST);
        if let Some(output) = until(beat, handler.as_mut()).await {
            return output;
        }
        beat = Instant::now();
        let (output, renewed) = beside(handler.as_mut(), renew(), &is_success).await;
        if let Some(output) = output {
            return output;
        }
        if renewed.is_some_and(|renewed| renewed.is_break()) {
            return handler.await;
        }
    }
}

/// The output of the handler, if it ends before this time.
async fn until<F: Future>(time: Instant, mut handler: Pin<&mut F>) -> Option<F::Output> {
    // A handler that ends at once needs no timer.
    if let Poll::Ready(output) = poll_once(handler.as_mut()).await {
        return Some(output);
    }
    let mut sleep = pin!(sleep_until(time));
    poll_fn(|cx| match handler.as_mut().poll(cx) {
        Poll::Ready(output) => Poll::Ready(Some(output)),
        Poll::Pending => sleep.as_mut().poll(cx).map(|()| None),
    })
    .await
}

/// Runs the handler beside a renewal, until the renewal ends. If the handler fails, waits for the
/// renewal first: one that reaches the store after the release could claim the event again. After a
/// success it does not wait: a late renewal changes nothing.
async fn beside<F: Future, R: Future>(
    mut handler: Pin<&mut F>,
    renewal: R,
    is_success: impl Fn(&F::Output) -> bool,
) -> (Option<F::Output>, Option<R::Output>) {
    let mut renewal = pin!(renewal);
    let mut output = None;
    let renewed = poll_fn(|cx| {
        if output.is_none()
            && let Poll::Ready(ended) = handler.as_mut().poll(cx)
        {
            let is_success = is_success(&ended);
            output = Some(ended);
            if is_success {
                return Poll::Ready(None);
            }
        }
        renewal.as_mut().poll(cx).map(Some)
    })
    .await;
    (output, renewed)
}
