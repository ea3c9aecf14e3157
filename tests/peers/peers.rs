//! What COMPARE.md says of other crates, each as a test of that crate at the compared version. A
//! test that fails after an update is good news: mend the page.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::{convert::Infallible, pin::pin, task::Poll, time::SystemTime};

use allocation_counter::measure;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Request, Response};
use http_body_util::Full;
use testkit::{
    body::{ScriptedBody, Step},
    delivery::sign_with,
    poll::poll_once,
};
use tower::{Layer, Service, ServiceBuilder, ServiceExt, limit::ConcurrencyLimitLayer, service_fn};
use tower_github_webhook::ValidateGitHubWebhookLayer;
use webhook_verify::{Provider, VerifyOptions, tower::VerifyLayer};

const SECRET: &str = "a secret";
const BODY: &str = "{}";
/// HMAC-SHA256 of the body under the secret.
const GITHUB: HeaderValue = HeaderValue::from_static(
    "sha256=c424c6f590d0d71e73c149cf3babaacf68709276ebdf98c4426975d5e07f9397",
);

async fn accept<B>(_: Request<B>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::default())
}

fn with_header<B>(name: &str, value: HeaderValue, body: B) -> Request<B> {
    Request::builder().header(name, value).body(body).unwrap()
}

/// Polls until the outcome is there, and expects it within a hundred polls.
fn outcome<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    for _ in 0..100 {
        if let Poll::Ready(output) = poll_once(future.as_mut()) {
            return output;
        }
    }
    panic!("no outcome");
}

#[test]
fn tower_github_webhook_reserves_a_declared_length_before_any_check() {
    let mut service = ValidateGitHubWebhookLayer::new(SECRET).layer(service_fn(accept));
    let declared = 64 * 1024 * 1024;
    let body = ScriptedBody::new([Step::Never]).saying_size(declared, Some(declared));
    let reserved = measure(|| drop(service.call(Request::new(body))));
    assert!(reserved.bytes_max >= declared, "{}", reserved.bytes_max);
}

#[test]
fn tower_github_webhook_polls_a_body_that_has_ended_again_and_again() {
    let mut service = ValidateGitHubWebhookLayer::new(SECRET).layer(service_fn(accept));
    let body = ScriptedBody::new([Step::Fail("reset".into())]);
    let watch = body.watch();
    let mut response = pin!(service.call(with_header("x-hub-signature-256", GITHUB, body)));
    for _ in 0..1000 {
        assert!(poll_once(response.as_mut()).is_pending());
    }
    assert!(watch.polls() >= 900);
}

#[test]
#[should_panic(expected = "poll_ready must be called first")]
fn tower_github_webhook_calls_a_service_that_is_not_ready() {
    let service = ServiceBuilder::new()
        .layer(ValidateGitHubWebhookLayer::new(SECRET))
        .layer(ConcurrencyLimitLayer::new(1))
        .service_fn(accept);
    let request = with_header("x-hub-signature-256", GITHUB, Full::<Bytes>::from(BODY));
    let _ = outcome(service.oneshot(request));
}

#[test]
#[should_panic(expected = "poll_ready must be called first")]
fn webhook_verify_calls_a_service_that_is_not_ready() {
    let service = ServiceBuilder::new()
        .layer(VerifyLayer::<Bytes>::new(
            Provider::Stripe,
            webhook_verify::Secret::new(SECRET),
        ))
        .layer(ConcurrencyLimitLayer::new(1))
        .service_fn(accept::<Bytes>);
    let signature = sign_with(SECRET, BODY, SystemTime::now());
    let request = with_header("stripe-signature", signature, Full::<Bytes>::from(BODY));
    let _ = outcome(service.oneshot(request));
}

#[test]
fn webhook_verify_holds_an_unsigned_body_of_any_size() {
    let secret = webhook_verify::Secret::new(SECRET);
    let mut service =
        VerifyLayer::<Bytes>::new(Provider::Stripe, secret).layer(service_fn(accept::<Bytes>));
    let frame = Bytes::from(vec![b' '; 64 * 1024]);
    let body = ScriptedBody::new(vec![frame; 1024]);
    let held = measure(|| {
        let response = poll_once(pin!(service.call(Request::new(body))));
        assert!(matches!(response, Poll::Ready(Ok(response)) if response.status() == 400));
    });
    // The frames share one allocation, made before the measurement: only the copy that joins them
    // is counted.
    assert!(held.bytes_max >= 60 * 1024 * 1024, "{}", held.bytes_max);
}

#[test]
fn webhook_verify_and_standardwebhooks_take_an_empty_secret() {
    let mut headers = HeaderMap::new();
    // HMAC fills a key up with zeros: this is the signature under the empty key.
    headers.insert("stripe-signature", sign_with("\0", BODY, SystemTime::now()));
    let secret = webhook_verify::Secret::new("");
    let options = VerifyOptions::default();
    let forged = webhook_verify::verify(
        Provider::Stripe,
        &headers,
        BODY.as_bytes(),
        &secret,
        options,
    );
    assert!(forged.is_ok());
    assert!(standardwebhooks::Webhook::new("").is_ok());
}

#[test]
#[should_panic(expected = "attempt to subtract with overflow")]
fn standardwebhooks_overflows_on_a_time_at_the_end_of_the_range() {
    let webhook = standardwebhooks::Webhook::new("c2VjcmV0").unwrap();
    let mut headers = HeaderMap::new();
    headers.insert("webhook-id", HeaderValue::from_static("evt_1"));
    headers.insert("webhook-timestamp", i64::MIN.into());
    headers.insert("webhook-signature", HeaderValue::from_static("v1,AA"));
    let _ = webhook.verify(BODY.as_bytes(), &headers);
}

#[test]
#[should_panic(expected = "called `Result::unwrap()` on an `Err` value")]
fn axum_standardwebhooks_panics_on_a_body_over_two_megabytes() {
    use axum::{body::Body, extract::FromRequest};
    use axum_standardwebhooks::{SharedWebhook, StandardWebhook, Webhook};

    let webhook = SharedWebhook::new(Webhook::new("c2VjcmV0").unwrap());
    let request = Request::new(Body::from(vec![b' '; 3_000_000]));
    let _ = outcome(StandardWebhook::<Bytes>::from_request(request, &webhook));
}
