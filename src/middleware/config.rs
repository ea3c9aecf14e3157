//! The configuration that a layer, its services and their futures share.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::Response;
use http_body_util::Full;

use crate::{rejection::Rejection, secret::Secret, signature::Verifier, trace::RejectionCounter};

const DEFAULT_MAX_BODY_SIZE: usize = 1024 * 1024;
const DEFAULT_BODY_TIMEOUT: Duration = Duration::from_secs(30);

pub(super) type Clock = dyn Fn() -> SystemTime + Send + Sync;
pub(super) type RejectionResponse = dyn Fn(&Rejection) -> Response<Full<Bytes>> + Send + Sync;

#[derive(Clone)]
pub(super) struct Config {
    pub(super) verifier: Verifier,
    pub(super) body_timeout: Option<Duration>,
    pub(super) drain: bool,
    /// The system's clock, if `None`.
    pub(super) clock: Option<Arc<Clock>>,
    pub(super) rejection_response: Option<Arc<RejectionResponse>>,
    /// Shared by the layer and its clones.
    pub(super) rejections: Arc<RejectionCounter>,
}

impl Config {
    pub(super) fn new(secret: &Secret) -> Self {
        Self {
            verifier: Verifier::new(secret).with_max_body_size(DEFAULT_MAX_BODY_SIZE),
            body_timeout: Some(DEFAULT_BODY_TIMEOUT),
            drain: true,
            clock: None,
            rejection_response: None,
            rejections: Arc::default(),
        }
    }

    pub(super) fn now(&self) -> SystemTime {
        match &self.clock {
            Some(clock) => clock(),
            None => SystemTime::now(),
        }
    }

    /// The response to a rejected request. The reason is attached here, so that a custom response
    /// cannot forget it.
    pub(super) fn respond(&self, rejection: Rejection) -> Response<Full<Bytes>> {
        let Some(rejection_response) = &self.rejection_response else {
            return rejection.into_default_response();
        };
        let mut response = rejection_response(&rejection);
        response.extensions_mut().insert(rejection);
        response
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("verifier", &self.verifier)
            .field("max_body_size", &self.verifier.max_body_size())
            .field("body_timeout", &self.body_timeout)
            .field("drain", &self.drain)
            .finish_non_exhaustive()
    }
}
