//! Samples, signed and verified as deliveries are.

use std::time::SystemTime;

use bytes::Bytes;
use http::{Request, header::CONTENT_TYPE};
use http_body_util::Full;
use serde_json::Value;

use super::sample;
use crate::{
    event::{EventType, VerifiedEvent},
    middleware::LoopsSignatureLayer,
    secret::Secret,
    signature::{SIGNATURE_HEADER, Signer, Verifier},
};

/// The secret of [`request`] and [`layer`]. It is public: never accept it in production.
pub const SECRET: &str = "whsec_tower_loops_testing";

/// The [`sample`] of this type as a verified event, signed now. Each of `members` replaces the
/// member of that name in the sample's `data.object`, or is added to it.
///
/// # Panics
///
/// If `members` is neither an object nor `null`, or the system clock is before 1970.
#[must_use]
pub fn event(event_type: &EventType, members: Value) -> VerifiedEvent {
    let body = payload(event_type, members);
    let now = SystemTime::now();
    let signature = Signer::new(secret()).sign(&body, now);
    Verifier::new(secret())
        .verify(signature.as_bytes(), body, now)
        .expect("a sample signed now is verified")
}

/// The same as a signed POST to `/api/webhooks/loops`, for a service behind [`layer`]. Another path
/// is set with `*request.uri_mut() = "/hook".parse()?`.
///
/// # Panics
///
/// If `members` is neither an object nor `null`.
#[must_use]
pub fn request(event_type: &EventType, members: Value) -> Request<Full<Bytes>> {
    let body = payload(event_type, members);
    let signature = Signer::new(secret()).sign(&body, SystemTime::now());
    Request::post("/api/webhooks/loops")
        .header(CONTENT_TYPE, "application/json")
        .header(SIGNATURE_HEADER, signature)
        .body(Full::new(body))
        .expect("the parts are valid")
}

/// A layer that accepts [`request`]. It accepts whatever is signed with [`SECRET`]: for tests only.
pub fn layer() -> LoopsSignatureLayer {
    LoopsSignatureLayer::new(secret())
}

fn secret() -> Secret {
    Secret::new(SECRET).expect("the secret is valid")
}

fn payload(event_type: &EventType, members: Value) -> Bytes {
    let mut event = sample(event_type);
    match (&mut event["data"]["object"], members) {
        (_, Value::Null) => {}
        (Value::Object(object), Value::Object(mut members)) => object.append(&mut members),
        _ => panic!("the members of `data.object` must be a JSON object"),
    }
    event.to_string().into()
}
