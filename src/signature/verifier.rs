//! The accepted secrets and the tolerance: the configuration of a check.

use std::{fmt, time::Duration, time::SystemTime};

use bytes::Bytes;

use super::{HmacSha256, OneOrMore, Verification, keyed, timestamp};
use crate::{Rejection, Secret, VerifiedEvent};

/// Checks signatures against one or more secrets. Free of HTTP services, clocks and async: the caller brings the header,
/// the body and the time.
///
/// ```
/// use std::time::{Duration, SystemTime};
/// use bytes::Bytes;
/// use tower_loops::{Rejection, Secret, Signer, Verifier};
///
/// let secret = Secret::new("whsec_example")?;
/// let body = Bytes::from_static(br#"{"id":"evt_1","type":"charge.succeeded"}"#);
/// let now = SystemTime::now();
/// let header = Signer::new(secret.clone()).sign(&body, now);
///
/// let verifier = Verifier::new(secret);
/// let event = verifier.verify(header.as_bytes(), body.clone(), now)?;
/// assert_eq!(event.id(), "evt_1");
///
/// let later = now + Duration::from_secs(301);
/// let refused = verifier.verify(header.as_bytes(), body, later).unwrap_err();
/// assert_eq!(refused.to_string(), "Webhook timestamp too old");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Verifier {
    pub(super) keys: OneOrMore<HmacSha256>,
    pub(super) tolerance: Duration,
}

impl Verifier {
    /// Accepts this one secret, with a tolerance of 300 seconds. The HMAC key schedule is computed here, once.
    #[must_use]
    pub fn new(secret: Secret) -> Self {
        Self {
            keys: OneOrMore::new(keyed(&secret)),
            tolerance: timestamp::DEFAULT_TOLERANCE,
        }
    }

    /// Accepts one more secret, for the time in which the old and the new one are both in use. Default: none.
    ///
    /// Secrets are counted in the order they were given: [`VerifiedEvent::secret_index`] tells which one matched.
    #[must_use]
    pub fn with_additional_secret(mut self, secret: Secret) -> Self {
        self.keys.push_secret(keyed(&secret));
        self
    }

    /// Sets how far the signed time may be from `now`, in both directions. Default: 300 seconds, as the vendor's guide has
    /// it. Exactly the tolerance is accepted; times are compared in whole seconds.
    #[must_use]
    pub fn with_tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// Checks a whole delivery: [`begin`](Self::begin), one [`update`](Verification::update),
    /// [`finish`](Verification::finish).
    ///
    /// `signature_header` is the value of the one `X-Loops-Signature` header line, `body` is the raw body.
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

    /// Checks what can be checked without the body: the header's grammar, the time, and that some `v1` could match.
    ///
    /// # Errors
    ///
    /// [`Rejection::MalformedSignature`], [`Rejection::TimestampOutsideTolerance`] or [`Rejection::InvalidSignature`]:
    /// no body can help.
    #[inline]
    pub fn begin(
        &self,
        signature_header: &[u8],
        now: SystemTime,
    ) -> Result<Verification, Rejection> {
        Verification::begin(self, signature_header, now)
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verifier")
            .field("secrets", &self.keys.iter().count())
            .field("tolerance", &self.tolerance)
            .finish()
    }
}
