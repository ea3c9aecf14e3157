//! Every row of the rejection table, walked through the layer: what the peer sees, and what a layer further out can know.

use std::{
    error::Error,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header::CONTENT_TYPE};
use tower::{Layer, ServiceExt};
use tower_loops::{
    HeaderError, LoopsSignatureLayer, PayloadError, Rejection, SIGNATURE_HEADER, Signer,
};

use crate::{
    scripted_body::{ScriptedBody, Step},
    support::{self, Answer, EVENT, full, now, recording, secret, send, sign, signed, unsigned},
};

/// The layer, for which a body that is not there at once is late.
fn layer() -> LoopsSignatureLayer {
    support::layer().with_body_timeout(Duration::ZERO)
}

const PEER_HUNG_UP: &str = "the peer hung up while sending cus_private";

struct Row {
    name: &'static str,
    request: Request<ScriptedBody>,
    status: u16,
    text: &'static str,
    is_variant: fn(&Rejection) -> bool,
    source: Option<String>,
}

fn rows() -> Vec<Row> {
    let event = || ScriptedBody::new([EVENT]);
    let lines = |lines: &[HeaderValue]| {
        let mut request = unsigned(event());
        for line in lines {
            request.headers_mut().append(SIGNATURE_HEADER, line.clone());
        }
        request
    };
    let at = |header: HeaderValue| lines(&[header]);
    let signer = Signer::new(secret());
    let second = Duration::from_secs(1);
    let long = Bytes::from(vec![b' '; 1024 * 1024 + 1]);
    let payload = |text: &'static str| signed(text, ScriptedBody::new([text]));
    let row = |name, request, status, text, is_variant, source: Option<&dyn Error>| Row {
        name,
        request,
        status,
        text,
        is_variant,
        source: source.map(ToString::to_string),
    };

    #[rustfmt::skip]
    let rows = vec![
        row("1 no header", lines(&[]), 400, "Missing signature",
            |r| matches!(r, Rejection::MissingSignature), None),
        row("2 two lines", lines(&[sign(EVENT), sign(EVENT)]), 400, "Ambiguous signature",
            |r| matches!(r, Rejection::AmbiguousSignature), None),
        row("3 no v1", at(HeaderValue::from_static("t=1700000000")), 400, "Malformed signature",
            |r| matches!(r, Rejection::MalformedSignature { reason: HeaderError::MissingSignature, .. }), Some(&HeaderError::MissingSignature)),
        row("4 too old", at(signer.sign(EVENT.as_bytes(), now() - 301 * second)), 401, "Webhook timestamp too old",
            |r| matches!(r, Rejection::TimestampOutsideTolerance { age: 301, .. }), None),
        row("5 too new", at(signer.sign(EVENT.as_bytes(), now() + 301 * second)), 401, "Webhook timestamp too new",
            |r| matches!(r, Rejection::TimestampOutsideTolerance { age: -301, .. }), None),
        row("6 no v1 could match", at(HeaderValue::from_static("t=1700000000,v1=abc")), 401, "Invalid signature",
            |r| matches!(r, Rejection::InvalidSignature { .. }), None),
        row("7 too large", signed(&long, ScriptedBody::new([Step::Data(long.clone())])), 413, "Payload too large",
            |r| matches!(r, Rejection::BodyTooLarge { limit: Some(1_048_576), .. }), None),
        row("8 unreadable", signed(EVENT, ScriptedBody::new([Step::Fail(PEER_HUNG_UP.into())])), 400, "Unreadable body",
            |r| matches!(r, Rejection::UnreadableBody(_)), Some(&*tower_loops::BoxError::from(PEER_HUNG_UP))),
        row("8 never ends", signed(EVENT, ScriptedBody::new([Step::Never])), 408, "Body timed out",
            |r| matches!(r, Rejection::BodyTimeout { .. }), None),
        row("9 another body", signed("another body", event()), 401, "Invalid signature",
            |r| matches!(r, Rejection::InvalidSignature { .. }), None),
        row("10 no type", payload(r#"{"id":"cus_private"}"#), 400, "Invalid payload",
            |r| matches!(r, Rejection::InvalidPayload { reason: PayloadError::NoType, .. }), Some(&PayloadError::NoType)),
        row("10 two ids", payload(r#"{"id":"cus_private","id":"b","type":"c"}"#), 400, "Invalid payload",
            |r| matches!(r, Rejection::InvalidPayload { reason: PayloadError::RepeatedId, .. }), Some(&PayloadError::RepeatedId)),
    ];
    rows
}

/// The status, the one header and the exact text: so nothing of the request, and nothing of an error, is in it.
fn assert_is_the_fixed_answer(answer: &Answer, row: &Row) {
    let name = row.name;
    assert_eq!(answer.status(), row.status, "{name}: status");
    assert_eq!(
        answer.text(),
        format!(r#"{{"error":"{}"}}"#, row.text),
        "{name}: body"
    );
    let headers = answer.response.headers();
    assert_eq!(headers.len(), 1, "{name}: headers {headers:?}");
    assert_eq!(headers[CONTENT_TYPE], "application/json", "{name}");
    let rejection = answer.rejection();
    assert!(
        rejection.is_some_and(row.is_variant),
        "{name}: {rejection:?} in the extensions"
    );
}

#[tokio::test]
async fn each_row_answers_as_the_table_says() {
    for mut row in rows() {
        let (service, recorder) = recording(&layer());
        let request = std::mem::replace(&mut row.request, unsigned(ScriptedBody::new([EVENT])));
        // The recorder's error type is `Infallible`, so this pattern compiles only while a refusal is never an error.
        let Ok(response) = service.oneshot(request).await;
        assert_is_the_fixed_answer(&Answer::of(response).await, &row);
        assert_eq!(recorder.calls(), 0, "{}: the inner service", row.name);
    }
}

#[tokio::test]
async fn each_reason_says_the_fixed_text_and_keeps_its_cause_in_source() {
    for row in rows() {
        let Row { name, text, .. } = row;
        let answer = send(recording(&layer()).0, row.request).await;
        let rejection = answer.rejection().expect(name);
        assert_eq!(rejection.to_string(), text, "{name}: Display");
        assert_eq!(rejection.status(), row.status, "{name}: status()");
        let source = rejection.source().map(ToString::to_string);
        assert_eq!(source, row.source, "{name}: source()");
        let debug = format!("{rejection:?}");
        assert!(!debug.contains("cus_private"), "{name}: Debug is {debug}");
    }
}

#[tokio::test]
async fn to_response_is_what_the_layer_answers() {
    for mut row in rows() {
        let request = std::mem::replace(&mut row.request, unsigned(ScriptedBody::new([EVENT])));
        let answer = send(recording(&layer()).0, request).await;
        let rejection = answer.rejection().expect(row.name);
        assert_is_the_fixed_answer(&Answer::of(rejection.to_response()).await, &row);
    }
}

#[tokio::test]
async fn a_response_of_your_own_is_given_for_every_reason_and_carries_it_all_the_same() {
    let teapot = layer().with_rejection_response(|rejection| {
        let mut response = Response::new(full(format!("no tea: {rejection}")));
        *response.status_mut() = StatusCode::IM_A_TEAPOT;
        response
    });
    for row in rows() {
        let Row { name, text, .. } = row;
        let (service, recorder) = recording(&teapot);
        let answer = send(service, row.request).await;
        assert_eq!(answer.status(), StatusCode::IM_A_TEAPOT, "{name}");
        assert_eq!(answer.text(), format!("no tea: {text}"), "{name}");
        assert!(answer.response.headers().is_empty(), "{name}: headers");
        assert!(
            answer.rejection().is_some_and(row.is_variant),
            "{name}: extensions"
        );
        assert_eq!(recorder.calls(), 0, "{name}: the inner service");
    }
}

#[tokio::test]
async fn the_true_reason_wins_over_one_that_your_own_response_carries() {
    let misleading = layer().with_rejection_response(|_| Rejection::MissingSignature.to_response());
    let request = signed("another body", ScriptedBody::new([EVENT]));
    let answer = send(recording(&misleading).0, request).await;
    assert_eq!(answer.text(), r#"{"error":"Missing signature"}"#);
    let rejection = answer.rejection();
    assert!(
        matches!(rejection, Some(Rejection::InvalidSignature { .. })),
        "{rejection:?}"
    );
}

#[tokio::test]
async fn a_response_of_your_own_is_asked_for_once_for_a_refusal_and_never_otherwise() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&asked);
    let counting = layer().with_rejection_response(move |rejection| {
        counter.fetch_add(1, Ordering::SeqCst);
        rejection.to_response()
    });
    let service = counting.layer(recording(&layer()).1);

    let accepted = send(service.clone(), signed(EVENT, ScriptedBody::new([EVENT]))).await;
    assert_eq!(accepted.status(), StatusCode::OK);
    assert!(accepted.rejection().is_none(), "no reason in a 200");
    assert_eq!(asked.load(Ordering::SeqCst), 0, "after an accepted request");

    for (count, row) in (1..).zip(rows()) {
        send(service.clone(), row.request).await;
        assert_eq!(asked.load(Ordering::SeqCst), count, "{}", row.name);
    }
}
