//! The responses of the layer itself.

use std::time::Duration;

use bytes::Bytes;
use http::{Response, StatusCode};
use http_body_util::Full;

use crate::{
    middleware::ResponseBody,
    store::{self, STORE_RETRY_AFTER},
};

type OwnResponse<B> = Response<ResponseBody<B>>;

pub(super) fn duplicate<B>() -> OwnResponse<B> {
    own(store::duplicate())
}

pub(super) fn in_flight<B>(status: StatusCode, retry_after: Duration) -> OwnResponse<B> {
    let text = r#"{"error":"Event in progress"}"#;
    own(store::retry(status, text, retry_after))
}

pub(super) fn store_down<B>() -> OwnResponse<B> {
    own(store::store_down())
}

pub(super) fn shutting_down<B>() -> OwnResponse<B> {
    let (status, text) = (
        StatusCode::SERVICE_UNAVAILABLE,
        r#"{"error":"Shutting down"}"#,
    );
    own(store::retry(status, text, STORE_RETRY_AFTER))
}

pub(super) fn panicked<B>() -> OwnResponse<B> {
    let text = r#"{"error":"Processing failed"}"#;
    own(store::json(StatusCode::INTERNAL_SERVER_ERROR, text))
}

pub(super) fn unverified<B>() -> OwnResponse<B> {
    own(store::unverified())
}

fn own<B>(response: Response<Full<Bytes>>) -> OwnResponse<B> {
    response.map(ResponseBody::own)
}
