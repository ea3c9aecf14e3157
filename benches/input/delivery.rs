//! Signed deliveries, and requests like them.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Request};
use http_body_util::Full;
use tower_loops::{SIGNATURE_HEADER, Secret, Signer};

use super::event::{SIZES, event};

pub const SECRET: &str = "whsec_bench";

/// The secret of every bench.
pub fn secret() -> Secret {
    Secret::new(SECRET).expect("it is not empty")
}

/// The signature of this body, made now.
pub fn signature(body: &[u8]) -> HeaderValue {
    Signer::new(secret()).sign(body, SystemTime::now())
}

/// A signed delivery of an event of about 1.5 KiB with line items, under its own id.
pub fn delivery(signer: &Signer, number: usize) -> Request<Full<Bytes>> {
    let body = event(number, SIZES[0]);
    let signature = signer.sign(&body, SystemTime::now());
    request([(SIGNATURE_HEADER, signature)], body.into())
}

/// A request with the headers that a delivery has, and these.
pub fn request<B>(
    headers: impl IntoIterator<Item = (HeaderName, HeaderValue)>,
    body: B,
) -> Request<B> {
    let mut request = Request::post("/api/webhooks/loops")
        .header("host", "shop.example.com")
        .header("user-agent", "Loops/1.0")
        .header("content-type", "application/json")
        .body(body)
        .expect("it is a request");
    request.headers_mut().extend(headers);
    request
}
