//! Reading the body: every byte counted, then kept, then fed to the MAC.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Buf;
use http_body::Body;
use http_body_util::LengthLimitError;

use super::deadline::Deadline;
use crate::{BodyError, BoxError, Rejection, Verification, VerifiedEvent};

/// A verification, and how much of the body it may still take, and until when.
pub(super) struct Intake {
    verification: Verification,
    limit: usize,
    room: usize,
    deadline: Deadline,
}

impl Intake {
    pub(super) fn new(verification: Verification, limit: usize, deadline: Deadline) -> Self {
        Self {
            verification,
            limit,
            room: limit,
            deadline,
        }
    }

    /// Takes frames until the body says that there are no more: `is_end_stream` is a hint, and a body that never gives it
    /// ends all the same. Trailers are not signed and are dropped.
    pub(super) fn poll_fill<B>(
        &mut self,
        mut body: Pin<&mut B>,
        cx: &mut Context<'_>,
    ) -> Poll<Result<(), Rejection>>
    where
        B: Body,
        B::Error: Into<BoxError>,
    {
        loop {
            match body.as_mut().poll_frame(cx) {
                Poll::Ready(None) => return Poll::Ready(Ok(())),
                Poll::Ready(Some(frame)) => {
                    let frame = frame.map_err(|error| unreadable(error.into()))?;
                    let Ok(data) = frame.into_data() else {
                        continue;
                    };
                    if data.has_remaining() {
                        self.take(data)?;
                        continue;
                    }
                    // The limit bounds how many frames have something in them, but not how many are empty: between these
                    // others get their turn, the timer among them.
                    cx.waker().wake_by_ref();
                }
                Poll::Pending => {}
            }
            // The body was asked first: one that is complete is never late.
            return self.deadline.poll(cx).map(|()| Err(Rejection::BodyTimeout));
        }
    }

    fn take(&mut self, data: impl Buf) -> Result<(), Rejection> {
        self.room = self
            .room
            .checked_sub(data.remaining())
            .ok_or(Rejection::BodyTooLarge {
                limit: Some(self.limit),
            })?;
        self.verification.update(data);
        Ok(())
    }

    pub(super) fn finish(self) -> Result<VerifiedEvent, Rejection> {
        self.verification.finish()
    }
}

/// What a failed body means: too large where a limiter further out says so, however it wrapped that, else unreadable.
fn unreadable(error: BoxError) -> Rejection {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(&*error);
    while let Some(error) = cause {
        if error.is::<LengthLimitError>() {
            return Rejection::BodyTooLarge { limit: None };
        }
        cause = error.source();
    }
    Rejection::UnreadableBody(BodyError::new(error))
}
