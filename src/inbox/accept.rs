//! The service that stores events.

use std::{
    convert::Infallible,
    fmt,
    future::Future,
    pin::{Pin, pin},
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower_service::Service;

use crate::{
    event::{StoredEvent, VerifiedEvent},
    inbox::{
        config::STORE_TIMEOUT,
        inbox::{Accepted, Inbox},
    },
    store::{self, EventKey, bounded},
    trace,
};

/// Stores each verified event, and responds when it is durable. See the [module docs](super) for
/// the responses and for an example.
///
/// It goes inside a [`LoopsSignatureLayer`](crate::LoopsSignatureLayer), whose
/// [`VerifiedEvent`]s it takes. It ignores the rest of the request. Clones share the inbox.
#[must_use]
pub struct Accept<I> {
    inbox: Arc<I>,
    namespace: Arc<str>,
    timeout: Duration,
}

impl<I: Inbox> Accept<I> {
    /// Stores events in this inbox.
    pub fn new(inbox: I) -> Self {
        Self {
            inbox: Arc::new(inbox),
            namespace: EventKey::bounded_namespace("default"),
            timeout: STORE_TIMEOUT,
        }
    }

    /// Sets the namespace of the events' keys. Default: `default`.
    ///
    /// An event is stored once in each namespace. A worker takes the events of all namespaces of
    /// its inbox; [`Job::key`](crate::inbox::Job::key) distinguishes them.
    pub fn with_namespace(self, namespace: impl Into<Arc<str>>) -> Self {
        let namespace = EventKey::bounded_namespace(&namespace.into());
        Self { namespace, ..self }
    }

    /// Sets the limit of one store call. Default: 2 seconds. An inbox that takes longer counts as
    /// down: the response is 503, and the event may be stored or not.
    pub fn with_timeout(self, timeout: Duration) -> Self {
        Self { timeout, ..self }
    }
}

impl<I: Inbox, ReqBody> Service<Request<ReqBody>> for Accept<I> {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = ResponseFuture;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    /// # Panics
    ///
    /// The future panics outside a tokio runtime with time enabled.
    fn call(&mut self, request: Request<ReqBody>) -> ResponseFuture {
        let event = request.extensions().get::<VerifiedEvent>().cloned();
        let accept = self.clone();
        ResponseFuture(Box::pin(async move {
            match event {
                Some(event) => accept.store(&event).await,
                None => {
                    trace::no_verified_event("an inbox");
                    store::unverified()
                }
            }
        }))
    }
}

impl<I: Inbox> Accept<I> {
    async fn store(&self, event: &VerifiedEvent) -> Response<Full<Bytes>> {
        let key = EventKey::in_namespace(&self.namespace, event);
        let stored = StoredEvent::from(event);
        let accept = pin!(async { self.inbox.accept(&key, &stored).await });
        match bounded(self.timeout, accept).await {
            Ok(Accepted::New) => {
                trace::delivery(&key, "stored");
                store::received()
            }
            Ok(Accepted::Known) => {
                trace::delivery(&key, "duplicate");
                store::duplicate()
            }
            Err(error) => {
                trace::store_failed(&key, "accept", &error);
                store::store_down()
            }
        }
    }
}

impl<I> Clone for Accept<I> {
    fn clone(&self) -> Self {
        Self {
            inbox: Arc::clone(&self.inbox),
            namespace: Arc::clone(&self.namespace),
            timeout: self.timeout,
        }
    }
}

impl<I> fmt::Debug for Accept<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accept")
            .field("namespace", &self.namespace)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}

/// The response future of [`Accept`].
pub struct ResponseFuture(Pin<Box<dyn Future<Output = Response<Full<Bytes>>> + Send>>);

impl Future for ResponseFuture {
    type Output = Result<Response<Full<Bytes>>, Infallible>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.as_mut().poll(cx).map(Ok)
    }
}

impl fmt::Debug for ResponseFuture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseFuture").finish_non_exhaustive()
    }
}
