//! Deliveries, and what is answered to them, at a time that stands still.

pub(crate) mod example;
mod pieces;
pub(crate) mod wire;

pub(crate) use pieces::Pieces;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower_loops::{LoopsSignatureLayer, Rejection, SIGNATURE_HEADER, Secret, Signer};

pub(crate) const PATH: &str = "/api/webhooks/loops";

pub(crate) const EVENT: &str =
    r#"{ "id": "evt_1", "type": "charge.succeeded", "data": {"object": {"amount": 1999}} }"#;

pub(crate) const MISSING: (u16, &str) = (400, r#"{"error":"Missing signature"}"#);
pub(crate) const INVALID: (u16, &str) = (401, r#"{"error":"Invalid signature"}"#);
pub(crate) const TOO_LARGE: (u16, &str) = (413, r#"{"error":"Payload too large"}"#);

pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

pub(crate) fn secret(text: &str) -> Secret {
    Secret::new(text).unwrap()
}

pub(crate) fn layer() -> LoopsSignatureLayer {
    LoopsSignatureLayer::new(secret("whsec_test")).with_clock(now)
}

pub(crate) fn sign(body: impl AsRef<[u8]>) -> HeaderValue {
    Signer::new(secret("whsec_test")).sign(body.as_ref(), now())
}

/// An event whose payload is exactly this long.
pub(crate) fn event_of(bytes: usize) -> String {
    let frame = r#"{"id":"evt_1","type":"charge.succeeded","pad":""}"#;
    let pad = "x".repeat(bytes - frame.len());
    frame.replace(r#""pad":"""#, &format!(r#""pad":"{pad}""#))
}

/// A POST to the webhook, without a signature.
pub(crate) fn post<B>(body: B) -> Request<B> {
    let mut request = Request::post(PATH).body(body).unwrap();
    let json = HeaderValue::from_static("application/json");
    request.headers_mut().insert(CONTENT_TYPE, json);
    request
}

pub(crate) fn unsigned() -> Request<Full<Bytes>> {
    post(Full::from(EVENT))
}

pub(crate) fn signed(body: &str) -> Request<Full<Bytes>> {
    signed_as(body, Full::from(body.to_owned()))
}

/// A delivery whose body is sent in this way.
pub(crate) fn signed_as<B>(body: &str, sent: B) -> Request<B> {
    let mut request = post(sent);
    request.headers_mut().insert(SIGNATURE_HEADER, sign(body));
    request
}

/// Signed with a secret that is not the webhook's.
pub(crate) fn forged() -> Request<Full<Bytes>> {
    let mut request = unsigned();
    let forgery = Signer::new(secret("whsec_other")).sign(EVENT.as_bytes(), now());
    request.headers_mut().insert(SIGNATURE_HEADER, forgery);
    request
}

/// A response, read to its end.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) rejection: Option<Rejection>,
    pub(crate) trailers: Option<HeaderMap>,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) async fn of<B>(response: Response<B>) -> Self
    where
        B: Body,
        B::Error: std::fmt::Debug,
    {
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap();
        Self {
            status: parts.status,
            headers: parts.headers,
            rejection: parts.extensions.get().cloned(),
            trailers: body.trailers().cloned(),
            text: String::from_utf8(body.to_bytes().to_vec()).unwrap(),
        }
    }

    /// Status and text: what a sender sees.
    pub(crate) fn seen(&self) -> (u16, &str) {
        (self.status.as_u16(), &self.text)
    }
}
