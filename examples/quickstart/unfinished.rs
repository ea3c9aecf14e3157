//! A request body that is never finished, so that an answer to it cannot have waited for its end.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// Sends what there is, then nothing, and does not end.
pub(crate) struct Unfinished {
    data: Option<Bytes>,
    declared: Option<u64>,
}

impl Unfinished {
    /// A `Content-Length` of so many bytes, none of which is ever sent.
    pub(crate) fn declared(length: u64) -> Self {
        Self {
            data: None,
            declared: Some(length),
        }
    }

    /// So many bytes without a `Content-Length`: chunked, and the last chunk never comes.
    pub(crate) fn sent(length: usize) -> Self {
        Self {
            data: Some(vec![b' '; length].into()),
            declared: None,
        }
    }
}

impl Body for Unfinished {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match self.data.take() {
            Some(data) => Poll::Ready(Some(Ok(Frame::data(data)))),
            None => Poll::Pending,
        }
    }

    fn size_hint(&self) -> SizeHint {
        self.declared
            .map_or_else(SizeHint::default, SizeHint::with_exact)
    }
}
