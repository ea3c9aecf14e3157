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
        timeout: Option<Duration>,
        start: Option<Instant>,
        // Boxed, so that this feature does not make the response future `!Unpin`.
        sleep: Option<Pin<Box<Sleep>>>,
    }

    impl Deadline {
        /// A deadline this long after the first poll, so that a body that is already complete never
        /// reads the clock. Without a timeout, the deadline never passes.
        pub(in crate::middleware) fn after(timeout: Option<Duration>) -> Self {
            Self {
                timeout,
                start: None,
                sleep: None,
            }
        }

        /// Counts from now.
        pub(in crate::middleware) fn start(mut self) -> Self {
            self.start = self.timeout.map(|_| Instant::now());
            self
        }

        /// Counts from the next poll again.
        pub(in crate::middleware) fn restart(&mut self) {
            *self = Self::after(self.timeout);
        }

        /// Ready once the time has come; never if no clock reaches that far.
        pub(in crate::middleware) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
            let Some(timeout) = self.timeout else {
                return Poll::Pending;
            };
            if self.sleep.is_none() {
                let at = self.start.unwrap_or_else(Instant::now).checked_add(timeout);
                match at.filter(|_| Handle::try_current().is_ok()) {
                    Some(at) => self.sleep = Some(Box::pin(sleep_until(at))),
                    None => self.timeout = None,
                }
            }
            match &mut self.sleep {
                Some(sleep) => sleep.as_mut().poll(cx),
                None => Poll::Pending,
            }
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

        pub(in crate::middleware) fn start(self) -> Self {
            self
        }

        pub(in crate::middleware) fn restart(&mut self) {}

        pub(in crate::middleware) fn poll(&mut self, _: &mut Context<'_>) -> Poll<()> {
            Poll::Pending
        }
    }
}
