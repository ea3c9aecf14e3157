//! Each rejection has its kind, status, text, details and cause.

use std::{collections::HashSet, error::Error};

use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, Full, Limited};
use testkit::delivery::{NOW, SECRET, secret};
use tower_loops::{BodyError, HeaderError, PayloadError, Rejection, RejectionKind, Verifier};

use crate::{BODY, at, receive, sign, verifier, verify};

/// The error of an outer body limiter, within another error as middleware wraps it.
async fn limited() -> BodyError {
    let body = Limited::new(Full::<bytes::Bytes>::from(BODY), 5);
    let error = body.collect().await.expect_err("over the limit");
    BodyError::new(BodyError::new(error))
}

/// A rejection of each kind, with its name, status and text.
#[rustfmt::skip]
async fn table() -> Vec<(Rejection, &'static str, u16, &'static str)> {
    let header = sign(BODY);
    let lines = |lines: &[&str]| {
        let lines = lines.iter().map(|line| line.as_bytes());
        verifier().begin_lines(lines, at(NOW)).expect_err("rejected")
    };
    let other_body = verify(sign(""), BODY).expect_err("rejected");
    let payload = receive("{}").expect_err("rejected");
    vec![
        (lines(&[]), "missing_signature", 400, "Missing signature"),
        (lines(&[&header, &header]), "ambiguous_signature", 400, "Ambiguous signature"),
        (lines(&["t=1"]), "malformed_signature", 400, "Malformed signature"),
        (lines(&["t=1,v1=0"]), "timestamp_too_old", 401, "Webhook timestamp too old"),
        (lines(&["t=9999999999,v1=0"]), "timestamp_too_new", 401, "Webhook timestamp too new"),
        (other_body, "invalid_signature", 401, "Invalid signature"),
        (limited().await.into(), "body_too_large", 413, "Payload too large"),
        (BodyError::new("cause").into(), "unreadable_body", 400, "Unreadable body"),
        (Rejection::body_timeout(), "body_timeout", 408, "Body timed out"),
        (payload, "invalid_payload", 400, "Invalid payload"),
    ]
}

#[tokio::test]
async fn each_kind_has_its_name_status_text_response_and_place_in_the_guide() {
    let guide = include_str!("../../src/guide/troubleshooting.md");
    let mut kinds = Vec::new();
    for (rejection, kind, status, text) in table().await {
        assert_eq!(rejection.kind().as_str(), kind);
        assert_eq!(rejection.kind().to_string(), kind);
        assert_eq!(rejection.status(), status, "{kind}");
        assert_eq!(rejection.to_string(), text, "{kind}");

        let response = rejection.to_response();
        assert_eq!(response.status(), status, "{kind}");
        let content_type = &response.headers()[CONTENT_TYPE];
        assert_eq!(content_type, "application/json", "{kind}");
        let attached: &Rejection = response.extensions().get().expect("it is attached");
        assert_eq!(format!("{attached:?}"), format!("{rejection:?}"));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(json, serde_json::json!({ "error": text }), "{kind}");
        kinds.push(rejection.kind());

        let heading = format!("\n# `{kind}`\n\nStatus {status}.");
        assert!(guide.contains(&heading), "{kind}");
        let row = format!("| {status} `{text}` | [`{kind}`](#{kind}) |");
        assert!(guide.contains(&row), "{row}");
    }
    assert!(kinds.is_sorted(), "the order of the checks: {kinds:?}");
    kinds.dedup();
    let seen = (kinds.len(), kinds[0]);
    assert_eq!(seen, (10, RejectionKind::MissingSignature));
}

#[tokio::test]
async fn a_cause_is_in_the_source_only() {
    for (rejection, kind, ..) in table().await {
        let source = rejection.source().map(ToString::to_string);
        let expected = match &rejection {
            Rejection::MalformedSignature { reason, .. } => Some(reason.to_string()),
            Rejection::InvalidPayload { reason, .. } => Some(reason.to_string()),
            Rejection::UnreadableBody(_) => Some("cause".to_owned()),
            _ => None,
        };
        assert_eq!(source, expected, "{kind}");
    }
    use {HeaderError as H, PayloadError as P};
    #[rustfmt::skip]
    let reasons: [&dyn Error; 12] = [
        &H::TooLong, &H::MissingTimestamp, &H::DuplicateTimestamp, &H::InvalidTimestamp,
        &H::MissingSignature, &P::NotUtf8 { offset: 7 }, &P::MissingId, &P::InvalidId, &P::DuplicateId,
        &P::MissingType, &P::InvalidType, &P::DuplicateType,
    ];
    let texts: HashSet<_> = reasons.iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 12, "{texts:?}");
}

#[test]
fn an_invalid_signature_says_what_was_received() {
    let header = format!("t={NOW},v1=none,v1={}", "0".repeat(64));
    let verifier = Verifier::new(secret(SECRET)).with_additional_secret(secret("other"));
    let result = verifier.verify(header.as_bytes(), BODY.into(), at(NOW));
    let rejection = result.unwrap_err();
    assert_eq!(rejection.received(), Some(BODY.len() as u64));
    #[rustfmt::skip]
    assert!(matches!(rejection, Rejection::InvalidSignature { signatures: 2, secrets: 2, .. }));
    let cannot_match = format!("t={NOW},v1=none");
    assert_eq!(verify(cannot_match, BODY).unwrap_err().received(), None);
}
