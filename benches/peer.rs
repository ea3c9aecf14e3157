//! Other crates for the same purpose, each with its own scheme: all are HMAC-SHA256 over the body
//! and a few more bytes.
//!
//! They do not all do the same work: the comment of each says what it includes. A module of the
//! bench that has peers, not of the lib, or all benches would link these crates.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use http_body_util::Full;
use sha2::Sha256;
use stripe_webhook::EventObject;
use tower_github_webhook::ValidateGitHubWebhookLayer;
use webhook_verify::{Provider, Secret, tower::VerifyLayer};

use tower_loops_benches::{
    Subject,
    input::{SECRET, request, signature},
    subject::{subject, through},
};

const STRIPE_SIGNATURE: HeaderName = HeaderName::from_static("stripe-signature");
const GITHUB_SIGNATURE: HeaderName = HeaderName::from_static("x-hub-signature-256");

/// The layer of `webhook-verify`, for Stripe, whose scheme is that of Loops: header, time, MAC. The
/// event is not read.
pub fn webhook_verify(body: &Bytes) -> impl Subject + use<> {
    let layer = VerifyLayer::<Full<Bytes>>::new(Provider::Stripe, Secret::new(SECRET));
    let request = request(
        [(STRIPE_SIGNATURE, signature(body))],
        Full::new(body.clone()),
    );
    through(layer, request, StatusCode::OK)
}

/// The layer of `tower-github-webhook`: header and MAC. The scheme has no time, and the event is
/// not read.
pub fn tower_github_webhook(body: &Bytes) -> impl Subject + use<> {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes())
        .expect("any length will do")
        .chain_update(body)
        .finalize()
        .into_bytes();
    let header = format!("sha256={:x}", Bytes::copy_from_slice(&mac));
    let header = HeaderValue::try_from(header).expect("it is ASCII");
    let request = request([(GITHUB_SIGNATURE, header)], Full::new(body.clone()));
    let layer = ValidateGitHubWebhookLayer::new(SECRET);
    through(layer, request, StatusCode::OK)
}

/// `Webhook::construct_event` of `async-stripe-webhook`: header, MAC, time, and the whole event
/// read into typed objects. It takes text, so the bytes are checked to be UTF-8 as well.
pub fn async_stripe(body: &Bytes) -> impl Subject + use<> {
    let header = signature(body);
    let body = body.clone();
    subject(
        || (),
        move |()| {
            let header = header.to_str().expect("it is ASCII");
            let text = str::from_utf8(&body).expect("it is UTF-8");
            let event = stripe_webhook::Webhook::construct_event(text, header, SECRET)
                .expect("it is genuine");
            assert!(matches!(
                event.data.object,
                EventObject::InvoicePaymentSucceeded(_)
            ));
            event
        },
    )
}

/// `Webhook::verify` of `svix`: headers, time, MAC. The event is not read.
pub fn svix(body: &Bytes) -> impl Subject + use<> {
    let webhook = svix::webhooks::Webhook::from_bytes(SECRET.into()).expect("it is not empty");
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("it is after 1970")
        .as_secs();
    let signature = webhook
        .sign("msg_1", now.cast_signed(), body)
        .expect("it is UTF-8");
    let mut headers = HeaderMap::new();
    headers.insert("svix-id", HeaderValue::from_static("msg_1"));
    headers.insert("svix-timestamp", now.into());
    headers.insert("svix-signature", signature.try_into().expect("it is ASCII"));
    let body = body.clone();
    subject(
        || (),
        move |()| webhook.verify(&body, &headers).expect("it is genuine"),
    )
}
