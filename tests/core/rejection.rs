//! Each rejection has its kind, status, text, details and cause.

use std::error::Error;

use http::header::CONTENT_TYPE;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use tower_loops::{BodyError, BoxError, Rejection, RejectionKind, Verifier};

use crate::{BODY, NOW, SECRET, at, receive, secret, sign, verify};

/// One rejection of each kind, with its name, status and text.
async fn table() -> Vec<(Rejection, &'static str, u16, &'static str)> {
    let header = sign(BODY);
    let lines = |lines: Vec<&str>| {
        let verifier = Verifier::new(secret(SECRET));
        let lines = lines.into_iter().map(str::as_bytes);
        verifier.begin_lines(lines, at(NOW)).expect_err("rejected")
    };
    let small = Verifier::new(secret(SECRET)).with_max_body_size(5);
    #[rustfmt::skip]
    let table = vec![
        (lines(vec![]), "missing_signature", 400, "Missing signature"),
        (lines(vec![&header, &header]), "ambiguous_signature", 400, "Ambiguous signature"),
        (lines(vec!["t=1"]), "malformed_signature", 400, "Malformed signature"),
        (lines(vec!["t=1,v1=0"]), "timestamp_too_old", 401, "Webhook timestamp too old"),
        (lines(vec!["t=9999999999,v1=0"]), "timestamp_too_new", 401, "Webhook timestamp too new"),
        (verify(sign(""), BODY).expect_err("rejected"), "invalid_signature", 401, "Invalid signature"),
        (small.verify(header.as_bytes(), BODY.into(), at(NOW)).expect_err("rejected"), "body_too_large", 413, "Payload too large"),
        (limited().await.into(), "body_too_large", 413, "Payload too large"),
        (BodyError::new("cause").into(), "unreadable_body", 400, "Unreadable body"),
        (Rejection::body_timeout(), "body_timeout", 408, "Body timed out"),
        (receive("{}").expect_err("rejected"), "invalid_payload", 400, "Invalid payload"),
    ];
    table
}

/// The error of an outer body limiter, in another error as middleware wraps it.
async fn limited() -> BodyError {
    #[derive(Debug)]
    struct Wrapped(BoxError);
    impl std::fmt::Display for Wrapped {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("wrapped")
        }
    }
    impl Error for Wrapped {
        fn source(&self) -> Option<&(dyn Error + 'static)> {
            Some(&*self.0)
        }
    }
    let body = Limited::new(http_body_util::Full::<bytes::Bytes>::from(BODY), 5);
    let error = body.collect().await.expect_err("rejected");
    assert!(error.is::<LengthLimitError>());
    BodyError::new(Wrapped(error))
}

#[tokio::test]
async fn each_kind_has_its_name_status_and_fixed_text() {
    let mut kinds = Vec::new();
    for (rejection, kind, status, text) in table().await {
        assert_eq!(rejection.kind().as_str(), kind);
        assert_eq!(rejection.kind().to_string(), kind);
        assert_eq!(rejection.status(), status, "{kind}");
        assert_eq!(rejection.to_string(), text, "{kind}");

        let response = rejection.to_response();
        assert_eq!(response.status(), status, "{kind}");
        assert_eq!(
            response.headers()[CONTENT_TYPE],
            "application/json",
            "{kind}"
        );
        let attached: &Rejection = response.extensions().get().expect("it is attached");
        assert_eq!(format!("{attached:?}"), format!("{rejection:?}"));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(json, serde_json::json!({ "error": text }), "{kind}");
        kinds.push(rejection.kind());
    }
    assert!(kinds.is_sorted(), "the order of the checks: {kinds:?}");
    kinds.dedup();
    assert_eq!(kinds.len(), 10);
    assert_eq!(kinds[0], RejectionKind::MissingSignature);
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
}

#[test]
fn an_invalid_signature_says_what_was_received() {
    let header = format!("t={NOW},v1=none,v1={}", "0".repeat(64));
    let verifier = Verifier::new(secret(SECRET)).with_additional_secret(secret("other"));
    let rejection = verifier
        .verify(header.as_bytes(), BODY.into(), at(NOW))
        .unwrap_err();
    assert_eq!(rejection.received(), Some(BODY.len() as u64));
    assert!(matches!(
        rejection,
        Rejection::InvalidSignature {
            signatures: 2,
            secrets: 2,
            ..
        }
    ));
    let hopeless = format!("t={NOW},v1=none");
    assert_eq!(verify(hopeless, BODY).unwrap_err().received(), None);
}

#[test]
fn a_body_beyond_the_limit_is_too_large_however_it_is_cut() {
    let length = BODY.len();
    for (limit, is_accepted) in [(length, true), (length - 1, false), (1, false), (0, false)] {
        let verifier = Verifier::new(secret(SECRET)).with_max_body_size(limit);
        for size in [1, 7, length] {
            let mut verification = verifier.begin(sign(BODY).as_bytes(), at(NOW)).unwrap();
            for frame in BODY.as_bytes().chunks(size) {
                verification.update(frame);
            }
            assert_eq!(verification.is_too_large(), !is_accepted, "{limit}, {size}");
            match verification.finish() {
                Ok(event) => assert!(is_accepted && event.payload() == BODY, "{limit}, {size}"),
                Err(rejection) => {
                    assert_eq!(
                        rejection.kind(),
                        RejectionKind::BodyTooLarge,
                        "{limit}, {size}"
                    );
                    assert_eq!(rejection.received(), Some(length as u64));
                    assert!(!is_accepted, "{limit}, {size}");
                }
            }
        }
    }
}
