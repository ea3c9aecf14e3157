//! The service: the checks that run before the body is read.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body::Body;
use http_body_util::Full;
use tower_service::Service;

use super::{
    before_body, config::Config, delivery::Delivery, future::ResponseFuture,
    response_body::ResponseBody,
};
use crate::{box_error::BoxError, event::VerifiedEvent, signature::SIGNATURE_HEADER};

/// The service that [`LoopsSignatureLayer`](crate::LoopsSignatureLayer) wraps around another one.
/// See the [crate docs](crate) for what it checks.
///
/// It is always ready. It polls the inner service for readiness only after a request is verified,
/// so an unauthenticated request never holds a permit or a buffer slot. Load shedding and
/// concurrency limits therefore go inside it.
#[derive(Clone)]
pub struct LoopsSignature<S> {
    inner: S,
    config: Arc<Config>,
}

impl<S> LoopsSignature<S> {
    pub(super) fn new(inner: S, config: Arc<Config>) -> Self {
        Self { inner, config }
    }

    /// The inner service.
    pub fn get_ref(&self) -> &S {
        &self.inner
    }

    /// The inner service.
    pub fn get_mut(&mut self) -> &mut S {
        &mut self.inner
    }

    /// Returns the inner service.
    pub fn into_inner(self) -> S {
        self.inner
    }
}

impl<S, ReqBody, ResBody> Service<Request<ReqBody>> for LoopsSignature<S>
where
    S: Service<Request<Full<Bytes>>, Response = Response<ResBody>> + Clone,
    ReqBody: Body,
    ReqBody::Error: Into<BoxError>,
{
    type Response = Response<ResponseBody<ResBody>>;
    type Error = S::Error;
    type Future = ResponseFuture<S, ReqBody>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<ReqBody>) -> Self::Future {
        let (mut parts, body) = request.into_parts();
        // Only this layer may vouch for an event.
        parts.extensions.remove::<VerifiedEvent>();
        let config = Arc::clone(&self.config);
        let delivery = Delivery::new(&parts, &body.size_hint(), config.now());
        match before_body::begin(&config.verifier, &parts.headers, &delivery) {
            Ok(verification) => {
                // For inner layers that log headers.
                if let Some(signature) = parts.headers.get_mut(SIGNATURE_HEADER) {
                    signature.set_sensitive(true);
                }
                let inner = self.inner.clone();
                ResponseFuture::verify(inner, config, parts, body, verification, delivery)
            }
            Err(rejection) => ResponseFuture::reject(config, rejection, body, &delivery),
        }
    }
}

impl<S> fmt::Debug for LoopsSignature<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopsSignature")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
