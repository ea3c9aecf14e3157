//! The layer and its setters.

use std::{
    borrow::Borrow,
    sync::Arc,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::Response;
use http_body_util::Full;
use tower_layer::Layer;

use super::{config::Config, service::LoopsSignature};
use crate::{
    rejection::Rejection,
    secret::{Secret, SecretError},
};

/// Passes only requests that Loops signed to the inner service. See the [crate docs](crate) for
/// what it checks and for examples.
#[derive(Clone, Debug)]
#[must_use]
pub struct LoopsSignatureLayer {
    config: Arc<Config>,
}

impl LoopsSignatureLayer {
    /// Accepts this secret. The defaults are a tolerance of 300 seconds, a body limit of 1 MiB, a
    /// body timeout of 30 seconds (feature `tokio`) and the system's clock. Rejections are those of
    /// [`Rejection::to_response`].
    pub fn new(secret: impl Borrow<Secret>) -> Self {
        Self {
            config: Arc::new(Config::new(secret.borrow())),
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

    /// Accepts one more secret, during a rotation. Default: none.
    ///
    /// [`VerifiedEvent::secret_index`](crate::VerifiedEvent::secret_index) says which one matched.
    pub fn with_additional_secret(self, secret: impl Borrow<Secret>) -> Self {
        self.with(|config| {
            config.verifier = config
                .verifier
                .clone()
                .with_additional_secret(secret.borrow());
        })
    }

    /// Sets how far the signed time may be from the clock, in both directions. Default: 300
    /// seconds, as in Loops' guide. Exactly the tolerance is accepted; times are compared in whole
    /// seconds.
    ///
    /// The clock is read when the request arrives, not when its body ends. A captured delivery can
    /// therefore be replayed for the tolerance plus the [body timeout](Self::without_body_timeout).
    pub fn with_tolerance(self, tolerance: Duration) -> Self {
        self.with(|config| config.verifier = config.verifier.clone().with_tolerance(tolerance))
    }

    /// Sets the maximum size of a body in bytes, inclusive. Default: 1 MiB (1,048,576 bytes).
    ///
    /// A request takes at most twice this in memory: once for the body, and once more while the
    /// buffer of a body in several frames grows. Worst-case memory is twice this times the
    /// concurrent requests; limit those in the server. Of a rejected body, the layer *reads* up to
    /// this or 1 MiB, whichever is more: see [`with_drain`](Self::with_drain).
    pub fn with_max_body_size(self, bytes: usize) -> Self {
        self.with(|config| config.verifier = config.verifier.clone().with_max_body_size(bytes))
    }

    /// Sets whether the rest of a rejected body is read and discarded before the response. Default:
    /// `true`.
    ///
    /// An HTTP/1 server that responds before the end of the body resets the connection. The client
    /// often never sees the response. A reverse proxy replaces it by a 502, and counts a failure of
    /// the whole server. With nginx defaults, an unauthenticated client can take the service down
    /// for everybody.
    ///
    /// A drain neither stores nor hashes the data. It ends with the body, or after
    /// `max(max_body_size, 1 MiB)` bytes in total. After a body of undeclared length has crossed
    /// the limit, it reads `max_body_size` more. With feature `tokio`, it also ends after two
    /// seconds without data and at the body timeout. The layer responds at once to a declared
    /// length over that bound, and to a body that timed out. The same applies to an HTTP/1.1
    /// request with `Expect: 100-continue`, whose client waits for the response.
    ///
    /// `false` saves the bandwidth and responds to everything at once. Use it only where no proxy
    /// is in front, or where the proxy tolerates a reset.
    pub fn with_drain(self, drain: bool) -> Self {
        self.with(|config| config.drain = drain)
    }

    /// Sets how long the whole body may take to arrive, counted from the call of the service.
    /// Default: 30 seconds inside a tokio runtime; no timeout outside one.
    ///
    /// A request whose body takes longer is rejected with [`Rejection::BodyTimeout`], however short
    /// the gaps between its frames. The inner service is not bounded: no handler is cut short.
    ///
    /// # Panics
    ///
    /// The response future panics if it has to wait for the body in a tokio runtime whose timer is
    /// disabled.
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
    /// # let signature = Signer::new(&secret).sign(b"{}", std::time::SystemTime::now());
    /// let layer = LoopsSignatureLayer::new(secret).with_body_timeout(Duration::from_secs(10));
    ///
    /// # let service = ServiceBuilder::new().layer(layer).service_fn(handle);
    /// // A body that never ends.
    /// let body = Full::<Bytes>::from("{").with_trailers(std::future::pending());
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

    /// Removes the body timeout. A server in front must then limit the time of a request. Otherwise
    /// a client can keep a connection without end, and complete a captured delivery long after its
    /// tolerance.
    ///
    /// Without feature `tokio`, or outside a tokio runtime, there is no body timeout anyway.
    pub fn without_body_timeout(self) -> Self {
        self.with(|config| config.body_timeout = None)
    }

    /// Sets the clock that signed times are compared with. Default: [`SystemTime::now`]. It is read
    /// once for each request, before the body.
    pub fn with_clock(self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.with(|config| config.clock = Some(Arc::new(clock)))
    }

    /// Sets the response to a rejected request. Default: [`Rejection::to_response`]. The layer adds
    /// the `Rejection` to the response's extensions, whatever `f` returns.
    ///
    /// Any status but 200 makes an event eligible for a retry (Loops' guide): responding 200 loses
    /// the event.
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

    /// # Panics
    ///
    /// On `wasm32-unknown-unknown`, which has no system clock, unless
    /// [`with_clock`](LoopsSignatureLayer::with_clock) sets one.
    fn layer(&self, inner: S) -> Self::Service {
        const HAS_SYSTEM_CLOCK: bool = !cfg!(all(target_arch = "wasm32", target_os = "unknown"));
        assert_clock(HAS_SYSTEM_CLOCK || self.config.clock.is_some());
        LoopsSignature::new(inner, Arc::clone(&self.config))
    }
}

/// Fails where the service is built: `SystemTime::now` would panic at the first request.
fn assert_clock(has_clock: bool) {
    assert!(
        has_clock,
        "this target has no system clock: set one with `LoopsSignatureLayer::with_clock`"
    );
}

#[cfg(test)]
mod tests {
    #[test]
    #[should_panic(expected = "`LoopsSignatureLayer::with_clock`")]
    fn a_target_without_a_clock_needs_with_clock() {
        super::assert_clock(false);
    }
}
