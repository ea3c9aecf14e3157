//! One call of a store: it ends in time, and a panic is an error.

use std::{
    future::{Future, poll_fn},
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    task::Poll,
    time::Duration,
};

use tokio::time::timeout;

use crate::store::error::{StoreError, StoreErrorKind};

/// The caller pins the operation. Taken by value, the future would be stored twice in this
/// `async fn`.
pub(crate) async fn bounded<T>(
    limit: Duration,
    operation: Pin<&mut impl Future<Output = Result<T, StoreError>>>,
) -> Result<T, StoreError> {
    let mut operation = pin!(catch(operation));
    // What is ready at once needs no timer, which every thread of a runtime takes from one place.
    let outcome = match poll_once(operation.as_mut()).await {
        Poll::Ready(outcome) => Ok(outcome),
        Poll::Pending => timeout(limit, operation).await,
    };
    match outcome {
        Ok(Ok(result)) => result,
        Ok(Err(Panicked)) => Err(StoreError::new(StoreErrorKind::Other, "the store panicked")),
        Err(elapsed) => Err(StoreError::new(StoreErrorKind::Unavailable, elapsed)),
    }
}

/// Polls a future once, in the task that waits for this.
pub(crate) async fn poll_once<F: Future>(mut future: Pin<&mut F>) -> Poll<F::Output> {
    poll_fn(|cx| Poll::Ready(future.as_mut().poll(cx))).await
}

pub(crate) struct Panicked;

/// Turns a panic of a future into its output. Nothing that the future may have left half done is
/// used afterwards.
pub(crate) async fn catch<F: Future>(mut future: Pin<&mut F>) -> Result<F::Output, Panicked> {
    poll_fn(
        |cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
            Ok(poll) => poll.map(Ok),
            Err(_) => Poll::Ready(Err(Panicked)),
        },
    )
    .await
}
