//! The responses that do not come from a handler.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use http_body_util::Full;

/// Marks the response to an event that was handled or stored before: `x-loops-webhook-duplicate:
/// true`.
pub const DUPLICATE_HEADER: HeaderName = HeaderName::from_static("x-loops-webhook-duplicate");

/// The longest `Retry-After`, in seconds, however long a lease is.
const MAX_RETRY_AFTER: u64 = 24 * 60 * 60;

pub(crate) const STORE_RETRY_AFTER: Duration = Duration::from_secs(5);

pub(crate) fn received() -> Response<Full<Bytes>> {
    json(StatusCode::OK, r#"{"received": true}"#)
}

pub(crate) fn duplicate() -> Response<Full<Bytes>> {
    let mut response = received();
    let headers = response.headers_mut();
    headers.insert(DUPLICATE_HEADER, HeaderValue::from_static("true"));
    response
}

pub(crate) fn store_down() -> Response<Full<Bytes>> {
    let text = r#"{"error":"Event store unavailable"}"#;
    retry(StatusCode::SERVICE_UNAVAILABLE, text, STORE_RETRY_AFTER)
}

pub(crate) fn unverified() -> Response<Full<Bytes>> {
    json(
        StatusCode::INTERNAL_SERVER_ERROR,
        r#"{"error":"Misconfigured"}"#,
    )
}

/// With `Retry-After` in whole seconds, rounded up: at least one, at most a day's.
pub(crate) fn retry(
    status: StatusCode,
    text: &'static str,
    after: Duration,
) -> Response<Full<Bytes>> {
    let seconds = after
        .as_secs()
        .saturating_add(u64::from(after.subsec_nanos() > 0))
        .clamp(1, MAX_RETRY_AFTER);
    let mut response = json(status, text);
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

pub(crate) fn json(status: StatusCode, text: &'static str) -> Response<Full<Bytes>> {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    let mut response = Response::new(Full::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}
