//! How long a body may take. Without the feature `tokio`: as long as it likes.

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

    use tokio::time::{Instant, Sleep, sleep_until};

    /// A point in time. Nothing is set up for it before somebody has to wait.
    pub(in crate::layer) struct Deadline {
        at: Option<Instant>,
        // In a box, so that the response future is `Unpin` with this feature where it is without.
        sleep: Option<Pin<Box<Sleep>>>,
    }

    impl Deadline {
        /// From now on; never, without a timeout or where no clock gets that far.
        pub(in crate::layer) fn after(timeout: Option<Duration>) -> Self {
            Self {
                at: timeout.and_then(|timeout| Instant::now().checked_add(timeout)),
                sleep: None,
            }
        }

        /// Ready when it has passed.
        pub(in crate::layer) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<()> {
            let Some(at) = self.at else {
                return Poll::Pending;
            };
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

    pub(in crate::layer) struct Deadline;

    impl Deadline {
        pub(in crate::layer) fn after(_: Option<Duration>) -> Self {
            Self
        }

        pub(in crate::layer) fn poll(&mut self, _: &mut Context<'_>) -> Poll<()> {
            Poll::Pending
        }
    }
}
