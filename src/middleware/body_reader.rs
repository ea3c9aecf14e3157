//! Reads the body: every byte is counted, kept and fed to the MAC.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use http_body::Body;

use super::deadline::Deadline;
use crate::{
    box_error::BoxError, event::VerifiedEvent, rejection::BodyError, rejection::Rejection,
    signature::Verification,
};

/// How many frames one poll takes before it yields, so that a body of many small frames does not
/// block its thread and the timeout can fire.
pub(super) const FRAMES_PER_POLL: usize = 128;

pub(super) struct BodyReader {
    verification: Verification,
}

impl BodyReader {
    pub(super) fn new(verification: Verification) -> Self {
        Self { verification }
    }

    /// Reads until the body returns `None` (`is_end_stream` is only a hint), then verifies.
    /// Trailers are not signed and are dropped.
    pub(super) fn poll_verify<B>(
        &mut self,
        mut body: Pin<&mut B>,
        deadline: &mut Deadline,
        cx: &mut Context<'_>,
    ) -> Poll<Result<VerifiedEvent, Rejection>>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        for _ in 0..FRAMES_PER_POLL {
            match body.as_mut().poll_frame(cx) {
                Poll::Ready(None) => return Poll::Ready(self.verification.conclude()),
                Poll::Ready(Some(Ok(frame))) => {
                    let Ok(data) = frame.into_data() else {
                        continue;
                    };
                    self.verification.update(data);
                    if self.verification.is_too_large() {
                        return Poll::Ready(self.verification.conclude());
                    }
                }
                Poll::Ready(Some(Err(error))) => {
                    let error = BodyError::new(error).with_received(self.verification.received());
                    return Poll::Ready(Err(error.into()));
                }
                Poll::Pending => return self.poll_timeout(deadline, cx),
            }
        }
        cx.waker().wake_by_ref();
        self.poll_timeout(deadline, cx)
    }

    /// The body is polled before the timeout: a body that is complete is never late.
    fn poll_timeout<T>(
        &self,
        deadline: &mut Deadline,
        cx: &mut Context<'_>,
    ) -> Poll<Result<T, Rejection>> {
        let received = Some(self.verification.received());
        deadline
            .poll(cx)
            .map(|()| Err(Rejection::BodyTimeout { received }))
    }
}
