//! Polling by hand, and waiting with a deadline.

use std::{
    pin::Pin,
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

/// Polls once, with a waker that does nothing.
pub fn poll_once<F: Future>(future: Pin<&mut F>) -> Poll<F::Output> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

const TIMEOUT: Duration = Duration::from_secs(120);

/// Waits for at most two minutes, so that a missing event fails its test instead of blocking it.
pub async fn within_reason<T>(future: impl Future<Output = T>) -> T {
    let outcome = tokio::time::timeout(TIMEOUT, future).await;
    outcome.expect("no outcome within two minutes")
}

/// Asks again and again until something is so, for at most two minutes, even in paused time.
pub async fn until(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let begun = Instant::now();
    while !is_so().await {
        assert!(begun.elapsed() < TIMEOUT, "not so: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
