//! The configuration of a verification: accepted secrets, tolerance, body limit.

use std::{borrow::Borrow, fmt, time::Duration, time::SystemTime};

use bytes::Bytes;

use super::{keys::Keys, timestamp, verification::Verification};
use crate::{event::VerifiedEvent, rejection::Rejection, secret::Secret};

/// Verifies deliveries against one or more secrets, without HTTP service, clock or async: the
/// caller passes the header, the body and the time.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use bytes::Bytes;
/// use tower_loops::{Rejection, Secret, Signer, Verifier};
///
/// let secret = Secret::new("whsec_example")?;
/// let body = Bytes::from_static(br#"{"id":"evt_1","type":"charge.succeeded"}"#);
/// let now = SystemTime::now();
/// let header = Signer::new(&secret).sign(&body, now);
///
/// let verifier = Verifier::new(&secret);
/// let event = verifier.verify(header.as_bytes(), body.clone(), now)?;
/// assert_eq!(event.id(), "evt_1");
///
/// let later = now + Duration::from_secs(301);
/// let rejection = verifier.verify(header.as_bytes(), body, later).unwrap_err();
/// assert_eq!(rejection.to_string(), "Webhook timestamp too old");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    keys: Keys,
    tolerance: Duration,
    max_body_size: usize,
}

impl Verifier {
    /// Accepts this secret, with a tolerance of 300 seconds and no body limit. Computes the HMAC
    /// key schedule once.
    #[must_use]
    pub fn new(secret: impl Borrow<Secret>) -> Self {
        Self {
            keys: Keys::new(secret.borrow()),
            tolerance: timestamp::DEFAULT_TOLERANCE,
            max_body_size: usize::MAX,
        }
    }

    /// Accepts one more secret, while a rotation is under way. Default: none.
    ///
    /// Secrets are counted in the order they are given: [`VerifiedEvent::secret_index`] says which
    /// one matched.
    #[must_use]
    pub fn with_additional_secret(mut self, secret: impl Borrow<Secret>) -> Self {
        self.keys.push(secret.borrow());
        self
    }

    /// Sets how far the signed time may be from `now`, in both directions. Default: 300 seconds, as
    /// in Loops' guide. Exactly the tolerance is accepted; times are compared in whole seconds.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Sets the maximum size of a body in bytes, inclusive. Default: no limit, for bodies that are
    /// in memory already.
    ///
    /// An adapter that reads a body from the network must set it: without a limit, an
    /// unauthenticated client chooses how much memory it uses.
    #[must_use]
    pub fn with_max_body_size(mut self, bytes: usize) -> Self {
        self.max_body_size = bytes;
        self
    }

    pub(crate) fn max_body_size(&self) -> usize {
        self.max_body_size
    }

    /// Verifies a whole delivery: [`begin`](Self::begin), one [`update`](Verification::update),
    /// [`finish`](Verification::finish).
    ///
    /// `signature_header` is the value of the only `X-Loops-Signature` header line, `body` is the
    /// raw body.
    ///
    /// # Errors
    ///
    /// The first check of the [`Rejection`] table that fails.
    pub fn verify(
        &self,
        signature_header: &[u8],
        body: Bytes,
        now: SystemTime,
    ) -> Result<VerifiedEvent, Rejection> {
        let mut verification = self.begin(signature_header, now)?;
        verification.update(body);
        verification.finish()
    }

    /// Runs the checks that need no body, on all `X-Loops-Signature` lines of a request: there is
    /// exactly one, its grammar is right, its time is within the tolerance, and some `v1` could
    /// match.
    ///
    /// Adapters for frameworks without Tower start here. Pass every line: taking the first of
    /// several hides [`Rejection::AmbiguousSignature`].
    ///
    /// # Errors
    ///
    /// [`Rejection::MissingSignature`] or [`Rejection::AmbiguousSignature`], then those of
    /// [`begin`](Self::begin).
    ///
    /// ```
    /// # use std::time::SystemTime;
    /// # use tower_loops::{Rejection, Secret, Signer, Verifier};
    /// # let secret = Secret::new("whsec_example")?;
    /// # let now = SystemTime::now();
    /// # let header = Signer::new(&secret).sign(b"{}", now);
    /// let verifier = Verifier::new(&secret).with_max_body_size(1024 * 1024);
    /// let line = header.as_bytes();
    /// assert!(verifier.begin_lines([line], now).is_ok());
    /// let rejected = verifier.begin_lines([line, line], now);
    /// assert!(matches!(rejected, Err(Rejection::AmbiguousSignature)));
    /// # Ok::<(), tower_loops::SecretError>(())
    /// ```
    #[inline]
    pub fn begin_lines<'a>(
        &self,
        header_lines: impl IntoIterator<Item = &'a [u8]>,
        now: SystemTime,
    ) -> Result<Verification, Rejection> {
        let mut lines = header_lines.into_iter();
        let header = lines.next().ok_or(Rejection::MissingSignature)?;
        if lines.next().is_some() {
            return Err(Rejection::AmbiguousSignature);
        }
        self.begin(header, now)
    }

    /// Runs the checks that need no body on the value of the only header line: its grammar is
    /// right, its time is within the tolerance, and some `v1` could match.
    ///
    /// # Errors
    ///
    /// [`Rejection::MalformedSignature`], [`Rejection::TimestampOutsideTolerance`] or
    /// [`Rejection::InvalidSignature`]: no body can help.
    #[inline]
    pub fn begin(
        &self,
        signature_header: &[u8],
        now: SystemTime,
    ) -> Result<Verification, Rejection> {
        let (keys, tolerance) = (&self.keys, self.tolerance);
        Verification::begin(keys, tolerance, self.max_body_size, signature_header, now)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("secrets", &self.keys.len())
            .field("tolerance", &self.tolerance)
            .finish()
    }
}
