//! A point in time until which a body may arrive. Without feature `tokio`, or outside a runtime, it
//! never comes.

#[cfg(feature = "tokio")]
pub(super) use with_tokio::Deadline;
#[cfg(not(feature = "tokio"))]
pub(super) use without_tokio::Deadline;

#[cfg(feature = "tokio")]
mod with_tokio {
    use std::{
        pin::Pin,
        task::{Context, Poll},
        time::Duration,
    };

    use tokio::{
        runtime::Handle,
        time::{Instant, Sleep, sleep_until},
    };

    /// Registers a timer only once a poll has to wait.
    pub(in crate::middleware) struct Deadline {
        at: Option<Instant>,
        // Boxed, so that this feature does not make the response future `!Unpin`.
        sleep: Option<Pin<Box<Sleep>>>,
    }

    impl Deadline {
        /// After this time from now; never without a timeout, or if no clock reaches that far.
        pub(in crate::middleware) fn after(timeout: Option<Duration>) -> Self {
            Self {
                at: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
                sleep: None,
            }
        }

        pub(in crate::middleware) fn restart(&mut self, timeout: Duration) {
            *self = Self::after(Some(timeout));
        }

        /// Ready once the time has come.
        pub(in crate::middleware) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
            let Some(at) = self.at else {
                return Poll::Pending;
            };
            if self.sleep.is_none() && Handle::try_current().is_err() {
                self.at = None;
                return Poll::Pending;
            }
            let sleep = self.sleep.get_or_insert_with(|| Box::pin(sleep_until(at)));
            sleep.as_mut().poll(cx)
        }
    }
}

#[cfg(not(feature = "tokio"))]
mod without_tokio {
    use std::{
        task::{Context, Poll},
        time::Duration,
    };

    pub(in crate::middleware) struct Deadline;

    impl Deadline {
        pub(in crate::middleware) fn after(_: Option<Duration>) -> Self {
            Self
        }

        pub(in crate::middleware) fn restart(&mut self, _: Duration) {}

        pub(in crate::middleware) fn poll(&mut self, _: &mut Context<'_>) -> Poll<()> {
            Poll::Pending
        }
    }
}
