//! A future that runs to its end even if it is dropped.

use std::{
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::runtime::Handle;

type Work = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Runs in the task that polls it. If it is dropped before its end, a spawned task does the rest.
pub(super) struct UntilDone {
    work: Option<Work>,
    /// A connection may be dropped outside its runtime.
    runtime: Handle,
}

impl UntilDone {
    /// Must be called inside a tokio runtime.
    pub(super) fn new(work: impl Future<Output = ()> + Send + 'static) -> Self {
        Self {
            work: Some(Box::pin(work)),
            runtime: Handle::current(),
        }
    }
}

impl Future for UntilDone {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        if let Some(work) = &mut self.work {
            ready!(work.as_mut().poll(cx));
            self.work = None;
        }
        Poll::Ready(())
    }
}

impl Drop for UntilDone {
    fn drop(&mut self) {
        if let Some(work) = mem::take(&mut self.work) {
            self.runtime.spawn(work);
        }
    }
}
