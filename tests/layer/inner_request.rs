//! What the inner service gets: the request as it came, the signed bytes as its body, and the proof in its extensions.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::{Extensions, HeaderMap, HeaderValue, Method, Request, Version};
use http_body::Body;
use http_body_util::{BodyExt, Full};
use tower_loops::{EventType, SIGNATURE_HEADER, Secret, Signer, VerifiedEvent, Verifier};

use crate::{
    scripted_body::ScriptedBody,
    support::{EVENT, full, layer, now, recording, secret, send, sign, signed, with_header},
};

#[derive(Clone, Debug, PartialEq)]
struct PeerAddress(&'static str);

fn unusual_request() -> Request<ScriptedBody> {
    let mut request = Request::builder()
        .method("X-NOTIFY")
        .uri("https://shop.example:8443/hooks/loops?a=1&a=2")
        .version(Version::HTTP_2)
        .header("x-many", "one")
        .header("x-many", "two")
        .header("content-type", "application/json; charset=utf-8")
        .header("content-length", "9")
        .header(
            "x-opaque",
            HeaderValue::from_bytes(b"\xff\x80").expect("opaque bytes"),
        )
        .body(ScriptedBody::new([&EVENT[..9], &EVENT[9..]]))
        .expect("a valid request");
    let unmarked = HeaderValue::from_bytes(sign(EVENT).as_bytes()).expect("a header value");
    request.headers_mut().insert(SIGNATURE_HEADER, unmarked);
    request.extensions_mut().insert(PeerAddress("198.51.100.7"));
    request
}

#[tokio::test]
async fn method_uri_version_headers_and_extensions_are_as_they_came() {
    let (service, recorder) = recording(&layer());
    send(service, unusual_request()).await;
    let (inner, _) = recorder.only_request().into_parts();
    let (sent, _) = unusual_request().into_parts();
    assert_eq!(
        inner.method,
        Method::from_bytes(b"X-NOTIFY").expect("a method")
    );
    assert_eq!(inner.uri, sent.uri);
    assert_eq!(inner.version, Version::HTTP_2);
    assert_eq!(in_order(&inner.headers), in_order(&sent.headers));
    assert!(
        inner.headers[SIGNATURE_HEADER].is_sensitive(),
        "an inner layer that logs headers does not log the signature"
    );
    let address: Option<&PeerAddress> = inner.extensions.get();
    assert_eq!(address, Some(&PeerAddress("198.51.100.7")));
}

fn in_order(headers: &HeaderMap) -> Vec<(&str, &HeaderValue)> {
    headers
        .iter()
        .map(|(name, value)| (name.as_str(), value))
        .collect()
}

#[tokio::test]
async fn the_body_is_the_signed_bytes_and_knows_its_length() {
    let (service, recorder) = recording(&layer());
    send(service, unusual_request()).await;
    let body: Full<Bytes> = recorder.only_request().into_body();
    assert_eq!(body.size_hint().exact(), Some(EVENT.len() as u64));
    let Ok(body) = body.collect().await;
    assert_eq!(body.to_bytes(), EVENT);
}

#[tokio::test]
async fn the_extensions_hold_the_event() {
    let payload =
        r#"{"livemode":true,"created":1699999990,"id":"evt_7","type":"invoice.payment_failed"}"#;
    let sent_at = now() - Duration::from_secs(7);
    let signature = Signer::new(secret()).sign(payload.as_bytes(), sent_at);
    let (service, recorder) = recording(&layer());
    send(service, with_header(signature, full(payload))).await;
    let request = recorder.only_request();
    let event = event(request.extensions());
    assert_eq!(event.id(), "evt_7");
    assert_eq!(*event.event_type(), EventType::InvoicePaymentFailed);
    assert_eq!(event.created(), Some(1_699_999_990));
    assert_eq!(event.livemode(), Some(true));
    assert_eq!(event.signed_at(), sent_at);
    assert_eq!(event.secret_index(), 0);
    assert_eq!(event.payload(), payload);
}

fn event(extensions: &Extensions) -> &VerifiedEvent {
    extensions.get().expect("the event in the extensions")
}

#[tokio::test]
async fn the_event_tells_which_of_the_secrets_matched() {
    let named = |name: &str| Secret::new(name).expect("not empty");
    let rotating = layer()
        .with_additional_secret(named("second"))
        .with_additional_secret(named("third"));
    for (index, secret) in [secret(), named("second"), named("third")]
        .into_iter()
        .enumerate()
    {
        let signature = Signer::new(secret).sign(EVENT.as_bytes(), now());
        let (service, recorder) = recording(&rotating);
        send(service, with_header(signature, full(EVENT))).await;
        let request = recorder.only_request();
        assert_eq!(event(request.extensions()).secret_index(), index);
    }
    let unknown = Signer::new(named("fourth")).sign(EVENT.as_bytes(), now());
    let request = with_header(unknown, full(EVENT));
    let answer = send(recording(&rotating).0, request).await;
    assert_eq!(answer.verdict(), "Invalid signature");
}

/// An event that another layer, or another delivery, left in the extensions.
#[tokio::test]
async fn an_event_that_is_already_in_the_extensions_proves_nothing() {
    let stale_at: SystemTime = UNIX_EPOCH;
    let stale = Bytes::from_static(br#"{"id":"evt_stale","type":"charge.refunded"}"#);
    let header = Signer::new(secret()).sign(&stale, stale_at);
    let stale = Verifier::new(secret())
        .verify(header.as_bytes(), stale, stale_at)
        .expect("genuine in its time");

    let mut request = signed(EVENT, full(EVENT));
    request.extensions_mut().insert(stale.clone());
    let (service, recorder) = recording(&layer());
    send(service, request).await;
    let request = recorder.only_request();
    assert_eq!(event(request.extensions()).id(), "evt_1", "it is replaced");

    let mut request = signed("another body", full(EVENT));
    request.extensions_mut().insert(stale);
    let (service, recorder) = recording(&layer());
    let answer = send(service, request).await;
    assert_eq!(answer.verdict(), "Invalid signature", "it does not help");
    assert_eq!(recorder.calls(), 0, "calls of the inner service");
}

#[tokio::test]
async fn one_request_is_one_call() {
    let (service, recorder) = recording(&layer());
    for count in 1..=3 {
        send(service.clone(), signed(EVENT, full(EVENT))).await;
        assert_eq!(recorder.calls(), count);
    }
}
