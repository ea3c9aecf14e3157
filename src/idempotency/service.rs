//! The service: which requests are deliveries, and which task runs them.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use http::{Request, Response};
use tower_service::Service;

use super::{
    config::Config,
    delivery,
    future::ResponseFuture,
    lease::Lease,
    response,
    shared::Shared,
    store::{EventKey, EventStore},
    until_done::UntilDone,
};
use crate::{event::VerifiedEvent, middleware::ResponseBody, trace};

/// The service that [`IdempotencyLayer`](super::IdempotencyLayer) puts around another one. See the
/// [module docs](super).
///
/// It is always ready. It polls the inner service for readiness when it has claimed an event.
pub struct Idempotency<S, St> {
    inner: S,
    shared: Arc<Shared<St>>,
    config: Arc<Config>,
}

impl<S, St> Idempotency<S, St> {
    pub(super) fn new(inner: S, shared: Arc<Shared<St>>, config: Arc<Config>) -> Self {
        Self {
            inner,
            shared,
            config,
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
            trace::no_verified_event("an IdempotencyLayer");
            return ResponseFuture::answered(response::unverified());
        };
        let key = EventKey::in_namespace(&self.config.namespace, event);
        if self.shared.unrecorded.contains(&key) {
            trace::delivery(&key, "duplicate");
            return ResponseFuture::answered(response::duplicate());
        }
        if self.shared.long_running.contains(&key) {
            trace::delivery(&key, "in flight");
            let (status, lease) = (self.config.in_flight_status, self.config.claim_lease());
            return ResponseFuture::answered(response::in_flight(status, lease));
        }
        let Some(running) = self.shared.running.enter() else {
            return ResponseFuture::answered(response::shutting_down());
        };
        if self.shared.unrecorded.is_full() {
            trace::too_many_unrecorded(&key);
            return ResponseFuture::answered(response::store_down());
        }
        let (shared, config) = (Arc::clone(&self.shared), Arc::clone(&self.config));
        let lease = Lease::new(key, running, shared, config);
        let inner = self.inner.clone();
        if self.config.detached {
            let delivery = trace::in_current_span(delivery::detached(lease, inner, request));
            // Panics outside a runtime before anything is claimed.
            ResponseFuture::delivery(UntilDone::new(delivery))
        } else {
            let delivery = trace::in_current_span(delivery::attached(lease, inner, request));
            ResponseFuture::delivery(delivery)
        }
    }
}

impl<S: Clone, St> Clone for Idempotency<S, St> {
    fn clone(&self) -> Self {
        Self::new(
            self.inner.clone(),
            Arc::clone(&self.shared),
            Arc::clone(&self.config),
        )
    }
}

impl<S, St> fmt::Debug for Idempotency<S, St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Idempotency")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
