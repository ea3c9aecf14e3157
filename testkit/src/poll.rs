//! Polling by hand, and waiting with a deadline.

use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
    time::Duration,
};

/// Polls once, with a waker that does nothing.
pub fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Waits for at most two minutes, so that a missing event fails its test instead of blocking it.
pub async fn within_reason<T>(future: impl Future<Output = T>) -> T {
    let deadline = Duration::from_secs(120);
    let outcome = tokio::time::timeout(deadline, future).await;
    outcome.expect("no outcome within two minutes")
}
