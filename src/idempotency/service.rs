//! The service: which requests are deliveries, and in which task they run.

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use http::{Request, Response};
use tokio::task::JoinHandle;
use tower_service::Service;

use super::{
    EventStore, answer,
    claim::EventClaim,
    delivery,
    layer::{Settings, Shared},
};
use crate::{ResponseBody, VerifiedEvent, trace};

/// The service that [`IdempotencyLayer`](super::IdempotencyLayer) puts around another one. See the [module docs](super).
///
/// It is always ready: it makes the inner service ready for events that it has claimed.
pub struct Idempotency<S, St> {
    inner: S,
    shared: Arc<Shared<St>>,
    settings: Arc<Settings>,
}

impl<S, St> Idempotency<S, St> {
    pub(super) fn new(inner: S, shared: Arc<Shared<St>>, settings: Arc<Settings>) -> Self {
        Self {
            inner,
            shared,
            settings,
        }
    }
}

impl<S, St, ReqBody, ResBody> Service<Request<ReqBody>> for Idempotency<S, St>
where
    S: Service<Request<ReqBody>, Response = Response<ResBody>> + Clone + Send + 'static,
    S::Future: Send,
    S::Error: Send + 'static,
    St: EventStore,
    ReqBody: Send + 'static,
    ResBody: Send + 'static,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<ResBody, S::Error>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    /// # Panics
    ///
    /// Outside a tokio runtime with time enabled.
    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let Some(event) = request.extensions().get::<VerifiedEvent>() else {
            trace::no_verified_event();
            return ResponseFuture::answered(answer::unverified());
        };
        let Some(running) = self.shared.in_flight.enter() else {
            return ResponseFuture::answered(answer::shutting_down());
        };
        let claim = EventClaim::new(event, Arc::clone(&self.shared), Arc::clone(&self.settings));
        let answer = delivery::answer(claim, running, self.inner.clone(), request);
        let answer = trace::in_current_span(answer);
        ResponseFuture {
            kind: if self.settings.detached {
                Kind::Detached(tokio::spawn(answer))
            } else {
                Kind::Attached(Box::pin(answer))
            },
        }
    }
}

impl<S: Clone, St> Clone for Idempotency<S, St> {
    fn clone(&self) -> Self {
        Self::new(
            self.inner.clone(),
            Arc::clone(&self.shared),
            Arc::clone(&self.settings),
        )
    }
}

impl<S, St> fmt::Debug for Idempotency<S, St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Idempotency")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The response future of [`Idempotency`].
pub struct ResponseFuture<B, E> {
    kind: Kind<B, E>,
}

type Outcome<B, E> = Result<Response<ResponseBody<B>>, E>;

enum Kind<B, E> {
    Answered(Option<Box<Response<ResponseBody<B>>>>),
    Attached(Pin<Box<dyn Future<Output = Outcome<B, E>> + Send>>),
    Detached(JoinHandle<Outcome<B, E>>),
}

impl<B, E> ResponseFuture<B, E> {
    fn answered(response: Response<ResponseBody<B>>) -> Self {
        Self {
            kind: Kind::Answered(Some(Box::new(response))),
        }
    }
}

// The response is never pinned: it is only moved out.
impl<B, E> Unpin for ResponseFuture<B, E> {}

impl<B, E> Future for ResponseFuture<B, E> {
    type Output = Outcome<B, E>;

    /// # Panics
    ///
    /// When polled again after it returned a response.
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.kind {
            Kind::Answered(response) => Poll::Ready(Ok(*response
                .take()
                .expect("`ResponseFuture` polled after it returned a response"))),
            Kind::Attached(future) => future.as_mut().poll(cx),
            // The handler's panics are caught inside: here the task was aborted, or a store panicked.
            Kind::Detached(task) => Poll::Ready(
                ready!(Pin::new(task).poll(cx)).unwrap_or_else(|_| Ok(answer::panicked())),
            ),
        }
    }
}

impl<B, E> fmt::Debug for ResponseFuture<B, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
