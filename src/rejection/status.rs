//! The response to a rejected request: its status and text.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;

use super::{kind::RejectionKind, reason::Rejection};

macro_rules! responses {
    ($($kind:ident => $status:ident, $text:literal;)*) => {
        impl RejectionKind {
            pub(super) const fn status(self) -> StatusCode {
                match self {
                    $(Self::$kind => StatusCode::$status,)*
                }
            }

            pub(super) const fn text(self) -> &'static str {
                match self {
                    $(Self::$kind => $text,)*
                }
            }

            const fn json(self) -> &'static str {
                match self {
                    $(Self::$kind => concat!("{\"error\":\"", $text, "\"}"),)*
                }
            }
        }
    };
}

responses! {
    MissingSignature => BAD_REQUEST, "Missing signature";
    AmbiguousSignature => BAD_REQUEST, "Ambiguous signature";
    MalformedSignature => BAD_REQUEST, "Malformed signature";
    TimestampTooOld => UNAUTHORIZED, "Webhook timestamp too old";
    TimestampTooNew => UNAUTHORIZED, "Webhook timestamp too new";
    InvalidSignature => UNAUTHORIZED, "Invalid signature";
    BodyTooLarge => PAYLOAD_TOO_LARGE, "Payload too large";
    UnreadableBody => BAD_REQUEST, "Unreadable body";
    BodyTimeout => REQUEST_TIMEOUT, "Body timed out";
    InvalidPayload => BAD_REQUEST, "Invalid payload";
}

impl Rejection {
    /// The default response: the status and text of the [table](Rejection) as `application/json`,
    /// with the `Rejection` in its extensions.
    #[must_use]
    pub fn to_response(&self) -> Response<Full<Bytes>> {
        self.clone().into_default_response()
    }

    pub(crate) fn into_default_response(self) -> Response<Full<Bytes>> {
        const JSON: HeaderValue = HeaderValue::from_static("application/json");
        let kind = self.kind();
        // The smallest map: by itself, an empty one grows to six headers.
        let mut headers = HeaderMap::with_capacity(1);
        headers.insert(CONTENT_TYPE, JSON);
        let mut response = Response::new(Full::from(kind.json()));
        *response.status_mut() = kind.status();
        *response.headers_mut() = headers;
        response.extensions_mut().insert(self);
        response
    }
}
