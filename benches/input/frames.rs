//! A body in frames.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    vec,
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// A body whose frames are all there. Like one with a `Content-Length`, it knows its length.
#[derive(Clone)]
pub struct Frames(vec::IntoIter<Bytes>);

impl Frames {
    /// Cuts the body into frames of this many bytes; the last one may be shorter.
    pub fn of(size: usize, body: &Bytes) -> Self {
        let frames: Vec<Bytes> = body
            .chunks(size)
            .map(|frame| body.slice_ref(frame))
            .collect();
        Self(frames.into_iter())
    }
}

impl Body for Frames {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Ready(self.0.next().map(|frame| Ok(Frame::data(frame))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.as_slice().is_empty()
    }

    fn size_hint(&self) -> SizeHint {
        let left: usize = self.0.as_slice().iter().map(Bytes::len).sum();
        SizeHint::with_exact(left as u64)
    }
}
