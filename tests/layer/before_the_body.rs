//! What the header alone decides is decided before the body is polled. Without a drain, it never is.

use std::task::Poll;

use bytes::Bytes;
use http::{HeaderValue, Request};
use http_body::{Body, Frame, SizeHint};
use tower::Service;
use tower_loops::{BoxError, Rejection, SIGNATURE_HEADER};

use crate::{
    scripted_body::ScriptedBody,
    support::{EVENT, layer, poll_once, recording, sign, unsigned},
};

const WELL_FORMED: &str = "v1=0000000000000000000000000000000000000000000000000000000000000000";

/// The header lines of a request, and the text it is refused with.
fn refused_by_the_header() -> Vec<(&'static str, Vec<HeaderValue>, &'static str)> {
    let line = |text: &str| HeaderValue::from_str(text).expect("a header value");
    let at = |t: u64| line(&format!("t={t},{WELL_FORMED}"));
    let other = at(1_700_000_000);
    let digits = &WELL_FORMED["v1=".len()..];
    #[rustfmt::skip]
    let rows = vec![
        ("none", vec![], "Missing signature"),
        ("two identical lines", vec![sign(EVENT), sign(EVENT)], "Ambiguous signature"),
        ("two lines, the right one first", vec![sign(EVENT), other.clone()], "Ambiguous signature"),
        ("two lines, the right one last", vec![other, sign(EVENT)], "Ambiguous signature"),
        ("two lines, one empty", vec![sign(EVENT), line("")], "Ambiguous signature"),
        ("three lines", vec![sign(EVENT), sign(EVENT), sign(EVENT)], "Ambiguous signature"),
        ("empty", vec![line("")], "Malformed signature"),
        ("not text", vec![HeaderValue::from_bytes(b"\xff\xfe").expect("opaque bytes")], "Malformed signature"),
        ("two t", vec![line(&format!("t=1700000000,t=1700000000,{WELL_FORMED}"))], "Malformed signature"),
        ("t not a number", vec![line(&format!("t=+1700000000,{WELL_FORMED}"))], "Malformed signature"),
        ("too long", vec![line(&format!("t=1700000000,{WELL_FORMED},{}", "x".repeat(4096)))], "Malformed signature"),
        ("too old", vec![at(1_699_999_699)], "Webhook timestamp too old"),
        ("too new", vec![at(1_700_000_301)], "Webhook timestamp too new"),
        ("a time of no clock", vec![at(u64::MAX)], "Webhook timestamp too new"),
        ("v1 of 63 digits", vec![line(&format!("t=1700000000,v1={}", &digits[1..]))], "Invalid signature"),
        ("v1 of 65 digits", vec![line(&format!("t=1700000000,v1={digits}0"))], "Invalid signature"),
        ("v1 not hex", vec![line(&format!("t=1700000000,v1={}g", &digits[1..]))], "Invalid signature"),
    ];
    rows
}

fn with_lines<B>(lines: Vec<HeaderValue>, body: B) -> Request<B> {
    let mut request = unsigned(body);
    for line in lines {
        request.headers_mut().append(SIGNATURE_HEADER, line);
    }
    request
}

/// The text that the first poll refuses a request with; `None` where that poll gives no refusal.
fn refused_on_the_first_poll<B>(request: Request<B>) -> Option<String>
where
    B: Body,
    B::Error: Into<BoxError>,
{
    let (mut service, recorder) = recording(&layer().with_drain(false));
    let future = std::pin::pin!(service.call(request));
    let Poll::Ready(Ok(response)) = poll_once(future) else {
        return None;
    };
    assert_eq!(recorder.calls(), 0, "calls of the inner service");
    response
        .extensions()
        .get::<Rejection>()
        .map(ToString::to_string)
}

#[test]
fn a_request_that_no_body_can_help_is_refused_on_the_first_poll() {
    for (name, lines, text) in refused_by_the_header() {
        let body = ScriptedBody::new([EVENT]);
        let watch = body.watch();
        let refused = refused_on_the_first_poll(with_lines(lines, body));
        assert_eq!(refused.as_deref(), Some(text), "{name}");
        assert_eq!(watch.polls(), 0, "{name}: polls of the body");
    }
}

#[test]
fn a_body_without_end_costs_such_a_refusal_nothing() {
    for (name, lines, text) in refused_by_the_header() {
        let refused = refused_on_the_first_poll(with_lines(lines, Untouchable));
        assert_eq!(refused.as_deref(), Some(text), "{name}");
    }
}

#[test]
fn the_body_of_such_a_refusal_is_dropped_in_the_call() {
    for (name, lines, _) in refused_by_the_header() {
        let body = ScriptedBody::new([EVENT]);
        let watch = body.watch();
        let (mut service, _) = recording(&layer().with_drain(false));
        let future = service.call(with_lines(lines, body));
        assert!(
            watch.is_dropped(),
            "{name}: the body lives while the refusal waits"
        );
        drop(future);
    }
}

/// A body of no known end that must not be read.
struct Untouchable;

impl Body for Untouchable {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        panic!("the body was polled")
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::default()
    }
}
