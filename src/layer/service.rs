//! The service: everything that is decided before a byte of the body is read.

use std::{
    fmt,
    sync::Arc,
    task::{Context, Poll},
    time::SystemTime,
};

use bytes::Bytes;
use http::{HeaderMap, Request, Response, header::CONTENT_LENGTH};
use http_body::{Body, SizeHint};
use http_body_util::Full;
use tower_service::Service;

use super::{ResponseBody, ResponseFuture, config::Config, deadline::Deadline, intake::Intake};
use crate::{BoxError, Rejection, SIGNATURE_HEADER, Verification};

/// The service that [`LoopsSignatureLayer`](crate::LoopsSignatureLayer) puts around another one. See the
/// [crate docs](crate) for what it checks.
///
/// It is always ready: it makes the inner service ready only for requests that were verified, so that an unauthenticated
/// one never holds a permit or a buffer slot. Load shedding and concurrency limits therefore go inside it.
#[derive(Clone)]
pub struct LoopsSignature<S> {
    inner: S,
    config: Arc<Config>,
}

impl<S> LoopsSignature<S> {
    pub(super) fn new(inner: S, config: Arc<Config>) -> Self {
        Self { inner, config }
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
        let (parts, body) = request.into_parts();
        let now = self.config.now();
        match judge(&self.config, &parts.headers, &body.size_hint(), now) {
            Ok(verification) => {
                let deadline = Deadline::after(self.config.body_timeout);
                let intake = Intake::new(verification, self.config.max_body_size, deadline);
                let config = Arc::clone(&self.config);
                ResponseFuture::reading(self.inner.clone(), config, parts, body, intake, now)
            }
            Err(rejection) => ResponseFuture::refused(&self.config, rejection, parts.headers),
        }
    }
}

/// Checks 1 to 6, and of check 7 what is declared.
fn judge(
    config: &Config,
    headers: &HeaderMap,
    body: &SizeHint,
    now: SystemTime,
) -> Result<Verification, Rejection> {
    let mut lines = headers.get_all(SIGNATURE_HEADER).iter();
    let header = lines.next().ok_or(Rejection::MissingSignature)?;
    if lines.next().is_some() {
        return Err(Rejection::AmbiguousSignature);
    }
    let verification = config.verifier.begin(header.as_bytes(), now)?;
    let limit = config.max_body_size;
    if declares_more_than(limit, headers, body) {
        return Err(Rejection::BodyTooLarge { limit: Some(limit) });
    }
    Ok(verification)
}

/// Whether the body is known to be over the limit. A length that is declared lower proves nothing.
fn declares_more_than(limit: usize, headers: &HeaderMap, body: &SizeHint) -> bool {
    let limit = u64::try_from(limit).unwrap_or(u64::MAX);
    let content_length_over = |value: &[u8]| {
        let is_number = !value.is_empty() && value.iter().all(u8::is_ascii_digit);
        let number = str::from_utf8(value)
            .ok()
            .and_then(|text| text.parse().ok());
        // More digits than a u64 has room for are over any limit.
        is_number && number.is_none_or(|length: u64| length > limit)
    };
    body.lower() > limit
        || headers
            .get_all(CONTENT_LENGTH)
            .iter()
            .any(|value| content_length_over(value.as_bytes()))
}

impl<S> fmt::Debug for LoopsSignature<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LoopsSignature")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
