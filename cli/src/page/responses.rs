//! The responses of the page. Each has the policy that keeps hostile text from running.

use std::convert::Infallible;

use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::{BodyExt, Full, combinators::BoxBody};
use serde_json::json;

pub(super) type PageBody = BoxBody<Bytes, Infallible>;

const POLICY: HeaderValue = HeaderValue::from_static(
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; \
     base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
     require-trusted-types-for 'script'; trusted-types 'none'",
);

pub(super) fn asset(media_type: &'static str, text: &'static str) -> Response<PageBody> {
    respond(StatusCode::OK, media_type, Full::from(text).boxed())
}

pub(super) fn json(status: StatusCode, value: &serde_json::Value) -> Response<PageBody> {
    let body = Full::from(value.to_string()).boxed();
    respond(status, "application/json", body)
}

pub(super) fn error(status: StatusCode, message: &str) -> Response<PageBody> {
    json(status, &json!({ "error": message }))
}

pub(super) fn respond(
    status: StatusCode,
    media_type: &'static str,
    body: PageBody,
) -> Response<PageBody> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY);
    for (name, value) in [
        (header::CONTENT_TYPE, media_type),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    for name in ["cross-origin-opener-policy", "cross-origin-resource-policy"] {
        headers.insert(name, HeaderValue::from_static("same-origin"));
    }
    response
}
