//! A future that runs to its end even if it is dropped.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::runtime::Handle;

type Work<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Runs in the task that polls it. If it is dropped before its end, a spawned task does the rest.
pub(super) struct UntilDone<T: Send + 'static> {
    work: Option<Work<T>>,
    /// Where the rest is spawned: a connection may be dropped outside its runtime.
    runtime: Handle,
}

impl<T: Send + 'static> UntilDone<T> {
    /// Must be called inside a tokio runtime.
    pub(super) fn new(work: impl Future<Output = T> + Send + 'static) -> Self {
        Self {
            work: Some(Box::pin(work)),
            runtime: Handle::current(),
        }
    }
}

impl<T: Send + 'static> Future for UntilDone<T> {
    type Output = T;

    /// # Panics
    ///
    /// When polled again after its end.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        // Work that panics is not polled again.
        let work = self.work.take();
        let mut work = work.expect("`UntilDone` polled after its end");
        let poll = work.as_mut().poll(cx);
        if poll.is_pending() {
            self.work = Some(work);
        }
        poll
    }
}

impl<T: Send + 'static> Drop for UntilDone<T> {
    fn drop(&mut self) {
        if let Some(work) = mem::take(&mut self.work) {
            self.runtime.spawn(work);
        }
    }
}
