//! The responses of the layer itself.

use std::time::Duration;

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue, Response, StatusCode,
    header::{CONTENT_TYPE, RETRY_AFTER},
};
use http_body_util::Full;

use crate::ResponseBody;

/// Marks the response to an event that was handled before: `x-loops-webhook-duplicate: true`.
pub const DUPLICATE_HEADER: HeaderName = HeaderName::from_static("x-loops-webhook-duplicate");

/// The longest `Retry-After`, in seconds, however long a lease is.
const MAX_RETRY_AFTER: u64 = 24 * 60 * 60;

const STORE_RETRY_AFTER: Duration = Duration::from_secs(5);

type OwnResponse<B> = Response<ResponseBody<B>>;

pub(super) fn duplicate<B>() -> OwnResponse<B> {
    let mut response = json(StatusCode::OK, r#"{"received": true}"#);
    let headers = response.headers_mut();
    headers.insert(DUPLICATE_HEADER, HeaderValue::from_static("true"));
    response
}

pub(super) fn in_flight<B>(status: StatusCode, retry_after: Duration) -> OwnResponse<B> {
    retry(status, r#"{"error":"Event in progress"}"#, retry_after)
}

pub(super) fn store_down<B>() -> OwnResponse<B> {
    let text = r#"{"error":"Event store unavailable"}"#;
    retry(StatusCode::SERVICE_UNAVAILABLE, text, STORE_RETRY_AFTER)
}

pub(super) fn shutting_down<B>() -> OwnResponse<B> {
    let text = r#"{"error":"Shutting down"}"#;
    retry(StatusCode::SERVICE_UNAVAILABLE, text, STORE_RETRY_AFTER)
}

pub(super) fn panicked<B>() -> OwnResponse<B> {
    json(
        StatusCode::INTERNAL_SERVER_ERROR,
        r#"{"error":"Processing failed"}"#,
    )
}

pub(super) fn unverified<B>() -> OwnResponse<B> {
    json(
        StatusCode::INTERNAL_SERVER_ERROR,
        r#"{"error":"Misconfigured"}"#,
    )
}

/// With `Retry-After` in whole seconds, rounded up: at least one, at most a day's.
fn retry<B>(status: StatusCode, text: &'static str, after: Duration) -> OwnResponse<B> {
    let seconds = after
        .as_secs()
        .saturating_add(u64::from(after.subsec_nanos() > 0))
        .clamp(1, MAX_RETRY_AFTER);
    let mut response = json(status, text);
    response.headers_mut().insert(RETRY_AFTER, seconds.into());
    response
}

fn json<B>(status: StatusCode, text: &'static str) -> OwnResponse<B> {
    const JSON: HeaderValue = HeaderValue::from_static("application/json");
    let mut response = Response::new(ResponseBody::own(Full::new(Bytes::from_static(
        text.as_bytes(),
    ))));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, JSON);
    response
}
