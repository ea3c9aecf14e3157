//! The inner request: method, URI, version, headers and extensions as they came, the signed bytes
//! as its body, and the event in its extensions.

use http::{Extensions, HeaderMap, HeaderValue, Request, Version};
use http_body::Body;
use http_body_util::BodyExt;
use testkit::{
    body::ScriptedBody,
    delivery::{EVENT, genuine, sign, verified},
};
use tower_loops::{SIGNATURE_HEADER, VerifiedEvent};

use crate::support::{layer, recording, send};

#[derive(Clone, Debug, PartialEq)]
struct PeerAddress(&'static str);

fn unusual_request() -> Request<ScriptedBody> {
    let opaque = HeaderValue::from_bytes(b"\xff\x80").expect("opaque bytes");
    let mut request = Request::builder()
        .method("X-NOTIFY")
        .uri("https://shop.example:8443/hooks/loops?a=1&a=2")
        .version(Version::HTTP_2)
        .header("x-many", "one")
        .header("x-many", "two")
        .header("content-length", "9")
        .header("x-opaque", opaque)
        .body(ScriptedBody::new([&EVENT[..9], &EVENT[9..]]))
        .expect("a valid request");
    let unmarked = HeaderValue::from_bytes(sign(EVENT).as_bytes()).expect("a header value");
    request.headers_mut().insert(SIGNATURE_HEADER, unmarked);
    request.extensions_mut().insert(PeerAddress("198.51.100.7"));
    request
}

fn in_order(headers: &HeaderMap) -> Vec<(&str, &HeaderValue)> {
    let pairs = headers.iter();
    pairs.map(|(name, value)| (name.as_str(), value)).collect()
}

fn event(extensions: &Extensions) -> &VerifiedEvent {
    extensions.get().expect("the event in the extensions")
}

#[tokio::test]
async fn the_request_is_as_it_came_and_its_body_the_signed_bytes() {
    let (service, recorder) = recording(&layer());
    send(service, unusual_request()).await;
    let (inner, body) = recorder.only_request().into_parts();
    let (sent, _) = unusual_request().into_parts();
    assert_eq!(inner.method, sent.method);
    assert_eq!(inner.uri, sent.uri);
    assert_eq!(inner.version, Version::HTTP_2);
    assert_eq!(in_order(&inner.headers), in_order(&sent.headers));
    let signature = &inner.headers[SIGNATURE_HEADER];
    assert!(signature.is_sensitive(), "inner layers do not log it");
    let address: Option<&PeerAddress> = inner.extensions.get();
    assert_eq!(address, Some(&PeerAddress("198.51.100.7")));
    assert_eq!(event(&inner.extensions).id(), "evt_1");

    assert_eq!(body.size_hint().exact(), Some(EVENT.len() as u64));
    let Ok(body) = body.collect().await;
    assert_eq!(body.to_bytes(), EVENT);
}

/// An event that another layer, or another delivery, left in the extensions.
#[tokio::test]
async fn an_event_that_is_already_in_the_extensions_is_removed() {
    let another = verified(r#"{"id":"evt_another","type":"charge.refunded"}"#);
    let mut request = genuine();
    request.extensions_mut().insert(another);
    let (service, recorder) = recording(&layer());
    send(service, request).await;
    let request = recorder.only_request();
    assert_eq!(event(request.extensions()).id(), "evt_1");
}
