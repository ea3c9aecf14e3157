//! Each check answers as its row of the table says, and none calls the inner service.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    time::Duration,
};

use http::{HeaderValue, Request, StatusCode, header::CONTENT_TYPE};
use http_body_util::Full;
use testkit::{
    body::{ScriptedBody, Step},
    delivery::{EVENT, NOW, SECRET, genuine, mac, now, post, sign, sign_at, signed, with_header},
    poll::poll_once,
    response::Answer,
};
use tower::{Layer, Service, ServiceExt};
use tower_loops::{Rejection, RejectionKind, SIGNATURE_HEADER};

use crate::support::{Recorder, layer, recording, send};

pub(crate) type Row = (&'static str, u16, &'static str, Request<ScriptedBody>);

/// What the header decides: the kind, the status, the text, and a request.
pub(crate) fn by_the_header() -> Vec<Row> {
    let event = || ScriptedBody::new([EVENT]);
    let lines = |lines: &[HeaderValue]| {
        let mut request = post(event());
        for line in lines {
            request.headers_mut().append(SIGNATURE_HEADER, line.clone());
        }
        request
    };
    let text = |text: &str| HeaderValue::from_str(text).expect("a header value");
    let other = || text(&format!("t={NOW},v1={}", "0".repeat(64)));
    let at = |header| with_header(header, event());
    let late = Duration::from_secs(301);
    #[rustfmt::skip]
    let ambiguous = |values: &[HeaderValue]| ("ambiguous_signature", 400, "Ambiguous signature", lines(values));
    let (t, v1) = (
        text("t=1700000000"),
        text(&format!("v1={}", mac(SECRET, "1700000000", EVENT))),
    );
    #[rustfmt::skip]
    let rows = vec![
        ("missing_signature", 400, "Missing signature", post(event())),
        ambiguous(&[sign(EVENT), sign(EVENT)]),
        ambiguous(&[sign(EVENT), other()]),
        ambiguous(&[other(), sign(EVENT)]),
        ambiguous(&[sign(EVENT), text("")]),
        ambiguous(&[t, v1]),
        ("malformed_signature", 400, "Malformed signature", at(text("t=1700000000"))),
        ("malformed_signature", 400, "Malformed signature", at(HeaderValue::from_static(""))),
        ("timestamp_too_old", 401, "Webhook timestamp too old", at(sign_at(EVENT, now() - late))),
        ("timestamp_too_new", 401, "Webhook timestamp too new", at(sign_at(EVENT, now() + late))),
        ("invalid_signature", 401, "Invalid signature", at(text("t=1700000000,v1=abc"))),
    ];
    rows
}

/// What the body decides.
fn by_the_body() -> Vec<Row> {
    let long = bytes::Bytes::from(vec![b' '; 1024 * 1024 + 1]);
    let failing = Step::Fail("cus_private was cut off".into());
    #[rustfmt::skip]
    let rows = vec![
        ("body_too_large", 413, "Payload too large",
            signed(&long, ScriptedBody::new([long.clone()]))),
        ("unreadable_body", 400, "Unreadable body", signed(EVENT, ScriptedBody::new([failing]))),
        ("invalid_signature", 401, "Invalid signature", signed("", ScriptedBody::new([EVENT]))),
        ("invalid_payload", 400, "Invalid payload", signed("{}", ScriptedBody::new(["{}"]))),
    ];
    rows
}

/// The status, one header and a fixed text: nothing of the request, nothing of an error.
#[tokio::test]
async fn each_rejection_is_a_response_with_a_fixed_text_and_its_reason_attached() {
    for (kind, status, text, request) in by_the_header().into_iter().chain(by_the_body()) {
        let (service, recorder) = recording(&layer());
        // The error type is `Infallible`: this compiles only if a rejection is not an error.
        let Ok(response) = service.oneshot(request).await;
        let answer = Answer::of(response).await;
        let seen = answer.seen();
        assert_eq!(seen, (status, &*format!(r#"{{"error":"{text}"}}"#)));
        assert_eq!(answer.headers.len(), 1, "{kind}: {:?}", answer.headers);
        assert_eq!(answer.headers[CONTENT_TYPE], "application/json", "{kind}");
        let attached = answer.rejection.map(|rejection| rejection.kind());
        assert_eq!(attached.map(RejectionKind::as_str), Some(kind));
        assert_eq!(recorder.calls(), 0, "{kind}: the inner service");
    }
}

#[test]
fn what_the_header_decides_needs_no_poll_of_the_body() {
    for (kind, _, _, request) in by_the_header() {
        let watch = request.body().watch();
        let (mut service, _) = recording(&layer().with_drain(false));
        let mut future = std::pin::pin!(service.call(request));
        assert!(watch.is_dropped(), "{kind}: dropped in the call");
        assert!(poll_once(future.as_mut()).is_ready(), "{kind}");
        assert_eq!(watch.polls(), 0, "{kind}");
    }
}

/// Even where the response carries another reason already.
#[tokio::test]
async fn a_response_of_your_own_is_built_once_for_each_rejection_and_gets_its_reason() {
    let built = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&built);
    let teapot = layer().with_rejection_response(move |rejection| {
        counter.fetch_add(1, SeqCst);
        let mut response = Rejection::MissingSignature.to_response();
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response.map(|_| Full::from(format!("no tea: {rejection}")))
    });
    let service = teapot.layer(Recorder::default());
    let accepted = send(service.clone(), genuine()).await;
    assert_eq!(accepted.status, 200);
    assert!(accepted.rejection.is_none(), "no reason in a 200");
    assert_eq!(built.load(SeqCst), 0, "after an accepted request");

    let rejected = by_the_header().into_iter().chain(by_the_body());
    for (count, (kind, _, text, request)) in (1..).zip(rejected) {
        let answer = send(service.clone(), request).await;
        assert_eq!(answer.seen(), (418, &*format!("no tea: {text}")));
        assert_eq!(answer.headers.len(), 1, "{kind}: {:?}", answer.headers);
        assert_eq!(answer.outcome(), text, "attached all the same");
        assert_eq!(built.load(SeqCst), count, "{kind}");
    }
}
