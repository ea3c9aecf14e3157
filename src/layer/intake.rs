//! Reading the body: every byte counted, then kept, then fed to the MAC.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
};

use bytes::Buf;
use http_body::Body;
use http_body_util::LengthLimitError;

use crate::{BodyError, BoxError, Rejection, Verification, VerifiedEvent};

/// A verification, and how much of the body it may still take.
pub(super) struct Intake {
    verification: Verification,
    limit: usize,
    room: usize,
}

impl Intake {
    pub(super) fn new(verification: Verification, limit: usize) -> Self {
        Self {
            verification,
            limit,
            room: limit,
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
        while let Some(frame) = ready!(body.as_mut().poll_frame(cx)) {
            let frame = frame.map_err(|error| unreadable(error.into()))?;
            if let Ok(data) = frame.into_data() {
                self.take(data)?;
            }
        }
        Poll::Ready(Ok(()))
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
