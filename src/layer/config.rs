//! What a user configures.

use std::{
    fmt,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::Full;
use tower_layer::Layer;

use super::LoopsSignature;
use crate::{Rejection, Secret, SecretError, Verifier};

const DEFAULT_MAX_BODY_SIZE: usize = 1024 * 1024;

type Clock = dyn Fn() -> SystemTime + Send + Sync;
type RejectionResponse = dyn Fn(&Rejection) -> Response<Full<Bytes>> + Send + Sync;

/// Lets only requests through that Loops signed. See the [crate docs](crate) for what it checks and for examples.
#[derive(Clone, Debug)]
#[must_use]
pub struct LoopsSignatureLayer {
    config: Arc<Config>,
}

impl LoopsSignatureLayer {
    /// Accepts this secret, with a tolerance of 300 seconds, a body limit of 1 MiB, the system's clock and the responses of
    /// [`Rejection::to_response`].
    pub fn new(secret: Secret) -> Self {
        Self {
            config: Arc::new(Config {
                verifier: Verifier::new(secret),
                max_body_size: DEFAULT_MAX_BODY_SIZE,
                body_timeout: None,
                clock: Arc::new(SystemTime::now),
                rejection_response: None,
            }),
        }
    }

    /// Accepts the secret in the environment variable `LOOPS_WEBHOOK_SECRET`.
    ///
    /// # Errors
    ///
    /// Those of [`Secret::from_env`].
    pub fn from_env() -> Result<Self, SecretError> {
        Secret::from_env("LOOPS_WEBHOOK_SECRET").map(Self::new)
    }

    /// Accepts one more secret, for the time in which the old and the new one are both in use. Default: none.
    ///
    /// [`VerifiedEvent::secret_index`](crate::VerifiedEvent::secret_index) tells which one matched.
    pub fn with_additional_secret(self, secret: Secret) -> Self {
        self.with(|config| {
            config.verifier = config.verifier.clone().with_additional_secret(secret);
        })
    }

    /// Sets how far the signed time may be from the clock, in both directions. Default: 300 seconds, as the vendor's guide
    /// has it. Exactly the tolerance is accepted; times are compared in whole seconds.
    pub fn with_tolerance(self, tolerance: Duration) -> Self {
        self.with(|config| {
            config.verifier = config.verifier.clone().with_tolerance(tolerance);
        })
    }

    /// Sets the size in bytes up to which a body is accepted, inclusive. Default: 1 MiB (1,048,576 bytes).
    ///
    /// One unauthenticated request can make the layer hold up to twice this in memory, and three times for the moment in which
    /// a buffer grows.
    pub fn with_max_body_size(self, bytes: usize) -> Self {
        self.with(|config| config.max_body_size = bytes)
    }

    /// Sets how long a body may take to arrive, all of it, from the call of the service on. Default: as long as it likes.
    ///
    /// A request whose body takes longer is refused with [`Rejection::BodyTimeout`], be there ever so little time between two
    /// of its frames. What comes after the body, the inner service above all, is not bounded: no handler is cut short.
    ///
    /// # Panics
    ///
    /// The response future, where it has to wait for the body outside of a tokio runtime that has its timer enabled.
    ///
    /// ```
    /// # use std::{convert::Infallible, time::Duration};
    /// # use http::{Request, Response, StatusCode};
    /// # use http_body_util::{BodyExt, Full};
    /// # use bytes::Bytes;
    /// # use tower::{ServiceBuilder, ServiceExt};
    /// # use tower_loops::{LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer};
    /// # async fn handle(_: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    /// #     unreachable!("there is no whole body")
    /// # }
    /// # #[tokio::main(flavor = "current_thread", start_paused = true)]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let secret = Secret::new("whsec_example")?;
    /// # let signature = Signer::new(secret.clone()).sign(b"{}", std::time::SystemTime::now());
    /// let layer = LoopsSignatureLayer::new(secret).with_body_timeout(Duration::from_secs(10));
    ///
    /// # let service = ServiceBuilder::new().layer(layer).service_fn(handle);
    /// let body = Full::<Bytes>::from("{").with_trailers(std::future::pending()); // so it never ends
    /// let request = Request::post("/webhooks").header(SIGNATURE_HEADER, signature).body(body)?;
    /// let response = service.oneshot(request).await?;
    /// assert_eq!(response.status(), StatusCode::REQUEST_TIMEOUT);
    /// # Ok(())
    /// # }
    /// ```
    #[cfg(feature = "tokio")]
    pub fn with_body_timeout(self, timeout: Duration) -> Self {
        self.with(|config| config.body_timeout = Some(timeout))
    }

    /// Sets the clock that signed times are compared with. Default: [`SystemTime::now`]. It is read once for each
    /// request, before the body is.
    pub fn with_clock(self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.with(|config| config.clock = Arc::new(clock))
    }

    /// Sets what a refused request is answered. Default: [`Rejection::to_response`]. The layer itself puts the `Rejection`
    /// into the response's extensions, whatever is returned here.
    ///
    /// Beware of statuses that the vendor takes for success: any status but 200 makes an event eligible for a retry.
    ///
    /// ```
    /// # use tower_loops::{LoopsSignatureLayer, Rejection, Secret};
    /// # use http::{Response, StatusCode};
    /// let layer = LoopsSignatureLayer::new(Secret::new("whsec_example")?)
    ///     .with_rejection_response(|rejection| match rejection {
    ///         Rejection::MissingSignature => {
    ///             let mut response = Response::default();
    ///             *response.status_mut() = StatusCode::NOT_FOUND;
    ///             response
    ///         }
    ///         other => other.to_response(),
    ///     });
    /// # Ok::<(), tower_loops::SecretError>(())
    /// ```
    pub fn with_rejection_response(
        self,
        f: impl Fn(&Rejection) -> Response<Full<Bytes>> + Send + Sync + 'static,
    ) -> Self {
        self.with(|config| config.rejection_response = Some(Arc::new(f)))
    }

    fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(Arc::make_mut(&mut self.config));
        self
    }
}

impl<S> Layer<S> for LoopsSignatureLayer {
    type Service = LoopsSignature<S>;

    fn layer(&self, inner: S) -> Self::Service {
        LoopsSignature::new(inner, Arc::clone(&self.config))
    }
}

/// What the layer, its services and their futures share.
#[derive(Clone)]
pub(super) struct Config {
    pub(super) verifier: Verifier,
    pub(super) max_body_size: usize,
    pub(super) body_timeout: Option<Duration>,
    clock: Arc<Clock>,
    rejection_response: Option<Arc<RejectionResponse>>,
}

impl Config {
    pub(super) fn now(&self) -> SystemTime {
        (self.clock)()
    }

    /// The response to a refused request that had these headers. Here, and not in what the user configures, the reason is
    /// attached to it.
    pub(super) fn refuse(&self, rejection: Rejection, headers: HeaderMap) -> Response<Full<Bytes>> {
        let Some(rejection_response) = &self.rejection_response else {
            return rejection.respond(headers);
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
            .field("max_body_size", &self.max_body_size)
            .field("body_timeout", &self.body_timeout)
            .finish_non_exhaustive()
    }
}
