//! The response future.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use http::Response;

use crate::middleware::ResponseBody;

/// The response future of [`Idempotency`](super::Idempotency).
pub struct ResponseFuture<B, E> {
    kind: Kind<B, E>,
}

type Output<B, E> = Result<Response<ResponseBody<B>>, E>;

enum Kind<B, E> {
    Answered(Option<Box<Response<ResponseBody<B>>>>),
    Delivery(Pin<Box<dyn Future<Output = Output<B, E>> + Send>>),
}

impl<B, E> ResponseFuture<B, E> {
    pub(super) fn answered(response: Response<ResponseBody<B>>) -> Self {
        Self {
            kind: Kind::Answered(Some(Box::new(response))),
        }
    }

    pub(super) fn delivery(delivery: impl Future<Output = Output<B, E>> + Send + 'static) -> Self {
        Self {
            kind: Kind::Delivery(Box::pin(delivery)),
        }
    }
}

// The response is never pinned: it is only moved out.
impl<B, E> Unpin for ResponseFuture<B, E> {}

impl<B, E> Future for ResponseFuture<B, E> {
    type Output = Output<B, E>;

    /// # Panics
    ///
    /// When polled again after it returned a response, and outside a tokio runtime.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.kind {
            Kind::Answered(response) => Poll::Ready(Ok(*response
                .take()
                .expect("`ResponseFuture` polled after it returned a response"))),
            Kind::Delivery(delivery) => delivery.as_mut().poll(cx),
        }
    }
}

impl<B, E> fmt::Debug for ResponseFuture<B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
