//! The reasons for a rejection, each with what the crate knows.

use std::{error::Error, fmt, time::Duration};

use http::StatusCode;

use super::{body_error::BodyError, header_error::HeaderError, kind::RejectionKind};
use crate::event::PayloadError;

/// Why a request was rejected. The checks run in the order of the variants; the first that fails
/// decides.
///
/// | # | check | variant | status | `{"error": …}` |
/// |---|---|---|---|---|
/// | 1 | there is an `X-Loops-Signature` header | [`MissingSignature`](Self::MissingSignature) | 400 | `Missing signature` |
/// | 2 | there is exactly one such header line | [`AmbiguousSignature`](Self::AmbiguousSignature) | 400 | `Ambiguous signature` |
/// | 3 | it is `key=value` pairs with one decimal `t` and at least one `v1`, in at most 4,096 bytes | [`MalformedSignature`](Self::MalformedSignature) | 400 | `Malformed signature` |
/// | 4 | `t` is not older than the tolerance | [`TimestampOutsideTolerance`](Self::TimestampOutsideTolerance) | 401 | `Webhook timestamp too old` |
/// | 5 | `t` is not further ahead than the tolerance | [`TimestampOutsideTolerance`](Self::TimestampOutsideTolerance) | 401 | `Webhook timestamp too new` |
/// | 6 | some `v1` is 64 hex digits | [`InvalidSignature`](Self::InvalidSignature) | 401 | `Invalid signature` |
/// | 7 | the body is within the limit | [`BodyTooLarge`](Self::BodyTooLarge) | 413 | `Payload too large` |
/// | 8 | the body arrives whole | [`UnreadableBody`](Self::UnreadableBody) | 400 | `Unreadable body` |
/// | | and within the body timeout | [`BodyTimeout`](Self::BodyTimeout) | 408 | `Body timed out` |
/// | 9 | some `v1` matches under some accepted secret | [`InvalidSignature`](Self::InvalidSignature) | 401 | `Invalid signature` |
/// | 10 | the body is one JSON object with one string `id` and one string `type` | [`InvalidPayload`](Self::InvalidPayload) | 400 | `Invalid payload` |
///
/// Checks 1 to 6, and 7 if the length is declared, run before the body is polled.
///
/// `Display` is the fixed text of the table: it contains nothing of the request, so a client may
/// see it. The details are for the operator: in the fields, in [`source`](Error::source), and in
/// the log with feature `tracing`.
///
/// The layer puts the `Rejection` into the extensions of its response, for outer layers to log or
/// count by [`kind`](Self::kind).
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// There is no `X-Loops-Signature` header. The request is not from Loops, or a proxy removes
    /// unknown headers, or a redirect turned the POST into a GET.
    MissingSignature,
    /// There is more than one `X-Loops-Signature` header line, identical or not. An attacker hopes
    /// that two parsers choose differently, or a proxy adds lines.
    AmbiguousSignature,
    /// The header is not of the form `t=<unix seconds>,v1=<hex>`.
    #[non_exhaustive]
    MalformedSignature {
        /// What is wrong with it.
        reason: HeaderError,
    },
    /// The signed time is too far from this machine's clock: a replay, a delivery that was queued
    /// for long, or a wrong clock. The same age for every delivery is a wrong clock; a growing age
    /// is a queue.
    #[non_exhaustive]
    TimestampOutsideTolerance {
        /// Seconds from `t` to now: positive if `t` is too old, negative if it is too new. Clamped
        /// to an `i64`.
        age: i64,
        /// The configured tolerance.
        tolerance: Duration,
    },
    /// No signature matches under any accepted secret: a forgery, the secret of another webhook, or
    /// a body that was changed in transit. Compare `received` with the length in Loops' log.
    #[non_exhaustive]
    InvalidSignature {
        /// The number of `v1` elements in the header.
        signatures: usize,
        /// The number of accepted secrets.
        secrets: usize,
        /// Bytes of body received; `None` if the header alone decided.
        received: Option<u64>,
    },
    /// The body is longer than the limit.
    #[non_exhaustive]
    BodyTooLarge {
        /// The layer's limit in bytes; `None` if an outer limiter failed the body.
        limit: Option<usize>,
        /// The declared length in bytes, if that decided.
        declared: Option<u64>,
        /// Bytes of body received; `None` if the declared length decided.
        received: Option<u64>,
    },
    /// The body could not be read to its end: the client disconnected, or an outer layer failed it.
    UnreadableBody(BodyError),
    /// The body took longer than the body timeout: an attacker who holds the connection, or a slow
    /// network.
    #[non_exhaustive]
    BodyTimeout {
        /// Bytes of body received in time.
        received: Option<u64>,
    },
    /// The signature is right, but the body is not an event. Only the holder of the secret can
    /// cause this.
    #[non_exhaustive]
    InvalidPayload {
        /// What is wrong with it, and where.
        reason: PayloadError,
        /// Bytes of body received.
        received: Option<u64>,
    },
}

impl Rejection {
    /// For adapters: the rejection of a body that did not arrive within their timeout.
    #[must_use]
    pub fn body_timeout() -> Self {
        Self::BodyTimeout { received: None }
    }

    /// The kind, for counting.
    #[must_use]
    pub fn kind(&self) -> RejectionKind {
        match self {
            Self::MissingSignature => RejectionKind::MissingSignature,
            Self::AmbiguousSignature => RejectionKind::AmbiguousSignature,
            Self::MalformedSignature { .. } => RejectionKind::MalformedSignature,
            Self::TimestampOutsideTolerance { age: 0.., .. } => RejectionKind::TimestampTooOld,
            Self::TimestampOutsideTolerance { .. } => RejectionKind::TimestampTooNew,
            Self::InvalidSignature { .. } => RejectionKind::InvalidSignature,
            Self::BodyTooLarge { .. } => RejectionKind::BodyTooLarge,
            Self::UnreadableBody(_) => RejectionKind::UnreadableBody,
            Self::BodyTimeout { .. } => RejectionKind::BodyTimeout,
            Self::InvalidPayload { .. } => RejectionKind::InvalidPayload,
        }
    }

    /// The status of the response.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.kind().status()
    }

    /// Bytes of body received before the rejection; `None` if the header or the declared length
    /// decided.
    #[must_use]
    pub fn received(&self) -> Option<u64> {
        match self {
            Self::InvalidSignature { received, .. }
            | Self::BodyTooLarge { received, .. }
            | Self::BodyTimeout { received }
            | Self::InvalidPayload { received, .. } => *received,
            Self::UnreadableBody(error) => error.received,
            Self::MissingSignature
            | Self::AmbiguousSignature
            | Self::MalformedSignature { .. }
            | Self::TimestampOutsideTolerance { .. } => None,
        }
    }
}

/// [`Rejection::BodyTooLarge`] for the length limit of an outer limiter, else
/// [`Rejection::UnreadableBody`].
impl From<BodyError> for Rejection {
    fn from(error: BodyError) -> Self {
        if error.is_length_limit() {
            Self::BodyTooLarge {
                limit: None,
                declared: None,
                received: error.received,
            }
        } else {
            Self::UnreadableBody(error)
        }
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind().text())
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::MalformedSignature { reason } => Some(reason),
            Self::UnreadableBody(error) => error.source(),
            Self::InvalidPayload { reason, .. } => Some(reason),
            Self::MissingSignature
            | Self::AmbiguousSignature
            | Self::TimestampOutsideTolerance { .. }
            | Self::InvalidSignature { .. }
            | Self::BodyTooLarge { .. }
            | Self::BodyTimeout { .. } => None,
        }
    }
}
