//! What each refusal answers: status, text and cause.

use std::error::Error;

use http::header::CONTENT_TYPE;
use http_body_util::BodyExt;
use tower_loops::{HeaderError, PayloadError, Rejection};

fn table() -> Vec<(Rejection, u16, &'static str)> {
    let reason = HeaderError::BadTimestamp;
    vec![
        (Rejection::MissingSignature, 400, "Missing signature"),
        (Rejection::AmbiguousSignature, 400, "Ambiguous signature"),
        (
            Rejection::MalformedSignature { reason },
            400,
            "Malformed signature",
        ),
        (outside(301), 401, "Webhook timestamp too old"),
        (outside(i64::MAX), 401, "Webhook timestamp too old"),
        (outside(-301), 401, "Webhook timestamp too new"),
        (outside(i64::MIN), 401, "Webhook timestamp too new"),
        (Rejection::InvalidSignature, 401, "Invalid signature"),
        (
            Rejection::BodyTooLarge { limit: Some(5) },
            413,
            "Payload too large",
        ),
        (
            Rejection::BodyTooLarge { limit: None },
            413,
            "Payload too large",
        ),
        (Rejection::BodyTimeout, 408, "Body timed out"),
        (
            Rejection::InvalidPayload {
                reason: PayloadError::NoId,
            },
            400,
            "Invalid payload",
        ),
    ]
}

fn outside(age: i64) -> Rejection {
    Rejection::TimestampOutsideTolerance { age }
}

#[tokio::test]
async fn each_refusal_has_its_status_and_its_fixed_text() {
    for (rejection, status, text) in table() {
        assert_eq!(rejection.status(), status, "{rejection:?}");
        assert_eq!(rejection.to_string(), text, "{rejection:?}");

        let response = rejection.to_response();
        assert_eq!(response.status(), status, "{rejection:?}");
        assert_eq!(
            response.headers()[CONTENT_TYPE],
            "application/json",
            "{rejection:?}"
        );
        let attached: &Rejection = response.extensions().get().expect("it is attached");
        assert_eq!(format!("{attached:?}"), format!("{rejection:?}"));
        let body = response.into_body().collect().await.unwrap().to_bytes();
        let json: serde_json::Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(json, serde_json::json!({ "error": text }), "{rejection:?}");
    }
}

#[test]
fn a_cause_is_in_the_source_only() {
    for (rejection, _, text) in table() {
        let source = rejection.source().map(ToString::to_string);
        match rejection {
            Rejection::MalformedSignature { reason } => {
                assert_eq!(source, Some(reason.to_string()));
            }
            Rejection::InvalidPayload { reason } => assert_eq!(source, Some(reason.to_string())),
            _ => assert_eq!(source, None, "{text}"),
        }
    }
}
