//! Receivers with one fault each: it is found, and under its concern alone.

use std::{collections::BTreeSet, convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{Request, Response, StatusCode, header::LOCATION, request::Parts};
use http_body_util::{BodyExt, Full};
use tower::{ServiceExt, util::BoxCloneService};
use tower_loops::{LoopsSignatureLayer, Rejection, SIGNATURE_HEADER, Secret};
use tower_loops_check::Concern;

use crate::receiver::{Body, Effects, Handler, Receiver, behind, boxed, failures, signature};

pub(crate) fn acknowledging(effects: &Effects) -> Handler {
    effects.handler(|_| StatusCode::OK)
}

/// What fails of a receiver behind this layer that is right otherwise.
async fn failures_behind(signature: LoopsSignatureLayer) -> Vec<(String, &'static str)> {
    let effects = Effects::default();
    failures(effects.suite(), behind(signature, acknowledging(&effects))).await
}

#[track_caller]
fn are_of(found: &[(String, &str)], concern: Concern, check: &str) {
    let concerns: BTreeSet<&str> = found.iter().map(|(concern, _)| concern.as_str()).collect();
    assert_eq!(concerns, BTreeSet::from([concern.as_str()]), "{found:?}");
    assert!(found.iter().any(|(_, name)| *name == check), "{found:?}");
}

/// The receiver, with this around it.
pub(crate) fn around<F, R>(receiver: Receiver, handle: F) -> Receiver
where
    F: Fn(Receiver, Request<Full<Bytes>>) -> R + Clone + Send + 'static,
    R: Future<Output = Result<Response<Body>, Infallible>> + Send + 'static,
{
    let handle = move |request| handle(receiver.clone(), request);
    BoxCloneService::new(tower::service_fn(handle))
}

/// The receiver, with requests changed before they are verified.
fn before(receiver: Receiver, change: fn(&mut Parts, Bytes) -> Bytes) -> Receiver {
    around(receiver, move |receiver, request| async move {
        let (mut head, body) = request.into_parts();
        let Ok(body) = body.collect().await;
        let body = Full::new(change(&mut head, body.to_bytes()));
        receiver.oneshot(Request::from_parts(head, body)).await
    })
}

#[tokio::test(start_paused = true)]
async fn an_empty_or_guessable_secret_is_accepted_as_well() {
    // HMAC pads a key with zeros, so the first key equals the empty one.
    for (other, check) in [("\0", "empty-secret"), ("undefined", "guessable-secret")] {
        let other = Secret::new(other).expect("it is not empty");
        let found = failures_behind(signature().with_additional_secret(other)).await;
        assert_eq!(found, [("signature".to_owned(), check)]);
    }
}

#[tokio::test(start_paused = true)]
async fn some_types_are_not_verified() {
    for text in [r#""type":"invoice."#, r#""livemode":false"#] {
        let effects = Effects::default();
        let receiver = behind(signature(), acknowledging(&effects));
        let receiver = around(receiver, move |receiver, request| async move {
            let (head, body) = request.into_parts();
            let Ok(body) = body.collect().await;
            let body = body.to_bytes();
            if String::from_utf8_lossy(&body).contains(text) {
                return Ok(with_status(200, "").map(BodyExt::boxed_unsync));
            }
            let request = Request::from_parts(head, Full::new(body));
            receiver.oneshot(request).await
        });
        let found = failures(effects.suite(), receiver).await;
        assert_eq!(found, [("signature".to_owned(), "other-types")]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_digits_of_the_digest_may_come_in_another_order() {
    let effects = Effects::default();
    let receiver = behind(signature(), acknowledging(&effects));
    let service = move |request: Request<Full<Bytes>>| {
        let receiver = receiver.clone();
        async move {
            let (mut head, body) = request.into_parts();
            let request = Request::from_parts(head.clone(), body.clone());
            let response = receiver.clone().oneshot(request).await?;
            let header = head.headers.get(SIGNATURE_HEADER);
            let header = header.and_then(|header| header.to_str().ok()?.rsplit_once('='));
            let Some((before, digest)) = header else {
                return Ok(response);
            };
            let reversed: String = digest.chars().rev().collect();
            let Ok(header) = format!("{before}={reversed}").parse() else {
                return Ok(response);
            };
            head.headers.insert(SIGNATURE_HEADER, header);
            match receiver.oneshot(Request::from_parts(head, body)).await? {
                other if other.status().is_success() => Ok(other),
                _ => Ok(response),
            }
        }
    };
    let service = BoxCloneService::new(tower::service_fn(service));
    let found = failures(effects.suite().only(Concern::Signature), service).await;
    assert_eq!(found, [("signature".to_owned(), "digest-shuffled")]);
}

#[tokio::test(start_paused = true)]
async fn a_forgery_is_answered_401_and_handled() {
    let effects = Effects::default();
    let suite = effects.suite().only(Concern::Signature);
    let receiver = behind(signature(), acknowledging(&effects));
    let receiver = around(receiver, move |receiver, request| {
        let effects = effects.clone();
        async move {
            let response = receiver.oneshot(request).await?;
            if response.status() == StatusCode::UNAUTHORIZED {
                effects.add("charge.succeeded");
            }
            Ok(response)
        }
    });
    let found = failures(suite, receiver).await;
    are_of(&found, Concern::Signature, "other-secret");
}

#[tokio::test(start_paused = true)]
async fn the_tolerance_is_an_hour_or_a_minute() {
    for (seconds, check) in [(3600, "stale"), (60, "edge-kept"), (310, "early-edge")] {
        let tolerance = Duration::from_secs(seconds);
        let found = failures_behind(signature().with_tolerance(tolerance)).await;
        are_of(&found, Concern::Timestamp, check);
    }
}

#[tokio::test(start_paused = true)]
async fn the_first_of_two_header_lines_counts() {
    let effects = Effects::default();
    let receiver = behind(signature(), acknowledging(&effects));
    let receiver = before(receiver, |head, body| {
        if let Some(first) = head.headers.get(SIGNATURE_HEADER).cloned() {
            head.headers.insert(SIGNATURE_HEADER, first);
        }
        body
    });
    let found = failures(effects.suite(), receiver).await;
    assert_eq!(found, [("header".to_owned(), "two-lines-right-first")]);
}

#[tokio::test(start_paused = true)]
async fn the_body_is_trimmed_or_decoded() {
    let trimmed: fn(&mut Parts, Bytes) -> Bytes = |_, body| body.trim_ascii().to_vec().into();
    let decoded: fn(&mut Parts, Bytes) -> Bytes =
        |_, body| String::from_utf8_lossy(&body).into_owned().into();
    for (change, check) in [(trimmed, "ends"), (decoded, "not-utf-8")] {
        let effects = Effects::default();
        let receiver = before(behind(signature(), acknowledging(&effects)), change);
        are_of(
            &failures(effects.suite(), receiver).await,
            Concern::Body,
            check,
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_unknown_type_is_rejected() {
    let effects = Effects::default();
    let handler = effects.handler(|event| match event.event_type().as_str() {
        "charge.succeeded" => StatusCode::OK,
        known if known.contains("subscription") => StatusCode::OK,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    });
    let found = failures(effects.suite(), behind(signature(), handler)).await;
    are_of(&found, Concern::Payload, "unknown-type");
}

#[tokio::test(start_paused = true)]
async fn there_is_no_limit() {
    let found = failures_behind(signature().with_max_body_size(usize::MAX)).await;
    are_of(&found, Concern::Limits, "oversize-declared");
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_is_handled() {
    let effects = Effects::default();
    let receiver = boxed(signature(), acknowledging(&effects));
    let found = failures(effects.suite(), receiver).await;
    are_of(&found, Concern::Duplicates, "at-once");
}

#[tokio::test(start_paused = true)]
async fn rejections_say_too_much_or_the_wrong_thing() {
    let rejections: [(&str, Respond); 4] = [
        ("rejections-are-4xx", |_| with_status(500, "")),
        ("no-redirect", |_| with_status(302, "")),
        ("no-stack-trace", |_| {
            with_status(400, "Error: no\n    at verify (/app/hook.js:12:7)")
        }),
        ("no-secret", |_| {
            with_status(401, "not signed with whsec_of_the_suites_tests")
        }),
    ];
    for (check, response) in rejections {
        let found = failures_behind(signature().with_rejection_response(response)).await;
        assert_eq!(found, [("answers".to_owned(), check)]);
    }
}

type Respond = fn(&Rejection) -> Response<Full<Bytes>>;

fn with_status(status: u16, text: &'static str) -> Response<Full<Bytes>> {
    let response = Response::builder()
        .status(status)
        .header(LOCATION, "/login");
    response
        .body(Full::from(text))
        .expect("the parts are valid")
}
