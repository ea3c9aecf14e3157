//! Why a request is refused, and the one place that says what each reason answers.

use std::{error::Error, fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;

use crate::{HeaderError, PayloadError};

/// Why a request was refused. The checks run in the order of the variants; the first that fails decides.
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
/// | | and in time, where a time is set | [`BodyTimeout`](Self::BodyTimeout) | 408 | `Body timed out` |
/// | 9 | some `v1` matches under some accepted secret | [`InvalidSignature`](Self::InvalidSignature) | 401 | `Invalid signature` |
/// | 10 | the body is one JSON object with one string `id` and one string `type` | [`InvalidPayload`](Self::InvalidPayload) | 400 | `Invalid payload` |
///
/// Checks 1 to 6, and 7 where the length is declared, are made before the body is polled.
///
/// `Display` is the fixed text of the table: it holds nothing of the request, so it may be shown to anybody. Details, where
/// there are any, are in the variant's fields and in [`source`](Error::source).
///
/// The layer puts the `Rejection` into the extensions of the response it refuses with, for layers further out to log or
/// count.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Rejection {
    /// There is no `X-Loops-Signature` header. A stranger, or a proxy that drops headers it does not know.
    MissingSignature,
    /// There is more than one `X-Loops-Signature` header line, be they equal or not. A forger who hopes that two parsers
    /// choose differently, or a proxy that adds lines.
    AmbiguousSignature,
    /// The header is not of the form `t=<unix seconds>,v1=<hex>`.
    MalformedSignature {
        /// What is wrong with it.
        reason: HeaderError,
    },
    /// The signed time is too far from this machine's clock: a replay, a delivery that waited for long, or a clock that is
    /// wrong (compare it with another one; the age tells by how much).
    TimestampOutsideTolerance {
        /// Seconds from `t` to now: positive where `t` is too old, negative where it is too new. Cut to what fits.
        age: i64,
    },
    /// No signature matches under any accepted secret: a forgery, another webhook's secret, or a body that was changed on
    /// its way.
    InvalidSignature,
    /// The body is longer than is accepted.
    BodyTooLarge {
        /// The layer's limit in bytes; `None` where a limiter further out refused the body.
        limit: Option<usize>,
    },
    /// The body could not be read to its end: the sender hung up, or a layer further out failed it.
    UnreadableBody(BodyError),
    /// The body took longer than the layer lets it: a sender who means to hold the connection, or a very slow line.
    BodyTimeout,
    /// The signature is right and the body is not an event.
    InvalidPayload {
        /// What is wrong with it.
        reason: PayloadError,
    },
}

impl Rejection {
    /// The status that this reason answers.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.answer().status
    }

    /// The response that the layer gives where no other was asked for: the status and text of the table as
    /// `application/json`, and the `Rejection` itself in its extensions.
    #[must_use]
    pub fn to_response(&self) -> Response<Full<Bytes>> {
        self.clone().respond(HeaderMap::new())
    }

    /// The same response, in the memory of these headers: those of the request are there, and nobody needs them any more.
    pub(crate) fn respond(self, mut headers: HeaderMap) -> Response<Full<Bytes>> {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        let answer = self.answer();
        let mut response = Response::new(Full::from(answer.json));
        *response.status_mut() = answer.status;
        headers.clear();
        headers.insert(CONTENT_TYPE, JSON);
        *response.headers_mut() = headers;
        response.extensions_mut().insert(self);
        response
    }

    fn answer(&self) -> Answer {
        macro_rules! answer {
            ($status:ident, $text:literal) => {
                Answer {
                    status: StatusCode::$status,
                    text: $text,
                    json: concat!("{\"error\":\"", $text, "\"}"),
                }
            };
        }
        match self {
            Self::MissingSignature => answer!(BAD_REQUEST, "Missing signature"),
            Self::AmbiguousSignature => answer!(BAD_REQUEST, "Ambiguous signature"),
            Self::MalformedSignature { .. } => answer!(BAD_REQUEST, "Malformed signature"),
            Self::TimestampOutsideTolerance { age: 0.. } => {
                answer!(UNAUTHORIZED, "Webhook timestamp too old")
            }
            Self::TimestampOutsideTolerance { .. } => {
                answer!(UNAUTHORIZED, "Webhook timestamp too new")
            }
            Self::InvalidSignature => answer!(UNAUTHORIZED, "Invalid signature"),
            Self::BodyTooLarge { .. } => answer!(PAYLOAD_TOO_LARGE, "Payload too large"),
            Self::UnreadableBody(_) => answer!(BAD_REQUEST, "Unreadable body"),
            Self::BodyTimeout => answer!(REQUEST_TIMEOUT, "Body timed out"),
            Self::InvalidPayload { .. } => answer!(BAD_REQUEST, "Invalid payload"),
        }
    }
}

/// What goes on the wire for a reason.
struct Answer {
    status: StatusCode,
    text: &'static str,
    json: &'static str,
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.answer().text)
    }
}

impl Error for Rejection {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::MalformedSignature { reason } => Some(reason),
            Self::UnreadableBody(error) => Some(&*error.0),
            Self::InvalidPayload { reason } => Some(reason),
            Self::MissingSignature
            | Self::AmbiguousSignature
            | Self::TimestampOutsideTolerance { .. }
            | Self::InvalidSignature
            | Self::BodyTooLarge { .. }
            | Self::BodyTimeout => None,
        }
    }
}

/// The error of the request body behind [`Rejection::UnreadableBody`], which has it as its [`source`](Error::source). Its
/// own `Debug` shows nothing of it: such an error may quote what the sender sent.
#[derive(Clone)]
pub struct BodyError(Arc<dyn Error + Send + Sync>);

impl BodyError {
    pub(crate) fn new(error: Box<dyn Error + Send + Sync>) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the body could not be read")
    }
}

impl Error for BodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

impl fmt::Debug for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BodyError(..)")
    }
}
