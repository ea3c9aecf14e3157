//! A body in pieces, of undeclared length, that may never end or fail.

use std::{
    collections::VecDeque,
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::HeaderMap;
use http_body::{Body, Frame};

#[derive(Debug, Default)]
pub(crate) struct Pieces {
    frames: VecDeque<Frame<Bytes>>,
    end: End,
}

/// What comes after the pieces.
#[derive(Debug, Default)]
enum End {
    #[default]
    Complete,
    Never,
}

impl Pieces {
    /// The text, a frame for each so many bytes.
    pub(crate) fn of(text: &str, size: usize) -> Self {
        let frame = |piece| Frame::data(Bytes::copy_from_slice(piece));
        Self {
            frames: text.as_bytes().chunks(size).map(frame).collect(),
            end: End::Complete,
        }
    }

    pub(crate) fn with_trailers(mut self, trailers: HeaderMap) -> Self {
        self.frames.push_back(Frame::trailers(trailers));
        self
    }

    /// The body stays open.
    pub(crate) fn endless(mut self) -> Self {
        self.end = End::Never;
        self
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        if let Some(frame) = self.frames.pop_front() {
            return Poll::Ready(Some(Ok(frame)));
        }
        match self.end {
            End::Complete => Poll::Ready(None),
            End::Never => Poll::Pending,
        }
    }
}
