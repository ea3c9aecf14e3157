//! Receivers with one fault each: it is found, and under its concern alone.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Request, Response, StatusCode, header::LOCATION};
use http_body_util::{BodyExt, Full};
use tower::ServiceExt;
use tower_loops::{EventType, LoopsSignatureLayer, SIGNATURE_HEADER, Secret};
use tower_loops_check::Concern::{
    self, Answers, Body, Duplicates, Header, Limits, Payload, Signature, Timestamp,
};

use crate::receiver::{Effects, Receiver, around, behind, boxed, failures, signature};

pub(crate) type Fault = fn(&Effects) -> Receiver;

async fn is_found(effects: &Effects, receiver: Receiver, concern: Concern, checks: &[&str]) {
    let found = failures(effects.suite(), receiver).await;
    let expected: Vec<_> = checks.iter().map(|check| (concern, *check)).collect();
    assert_eq!(found, expected);
}

fn accepts(other: &str) -> LoopsSignatureLayer {
    let other = Secret::new(other).expect("it is not empty");
    signature().with_additional_secret(other)
}

fn tolerates(seconds: u64) -> LoopsSignatureLayer {
    signature().with_tolerance(Duration::from_secs(seconds))
}

fn rejects(status: u16, text: &'static str) -> LoopsSignatureLayer {
    signature().with_rejection_response(move |_| {
        let response = Response::builder().status(status);
        let response = response.header(LOCATION, "/login").body(Full::from(text));
        response.expect("the parts are valid")
    })
}

#[tokio::test(start_paused = true)]
async fn each_fault_of_a_layer_is_found() {
    let unlimited = signature().with_max_body_size(usize::MAX);
    let trace = "Error: no\n    at verify (/app/hook.js:12:7)";
    let secret = "not signed with whsec_of_the_suites_tests";
    let faults: [(_, _, &[&str]); 10] = [
        // HMAC pads a key with zeros, so this one equals the empty one.
        (accepts("\0"), Signature, &["empty-secret"]),
        (accepts("undefined"), Signature, &["guessable-secret"]),
        (tolerates(310), Timestamp, &["stale-edge", "early-edge"]),
        (
            tolerates(3600),
            Timestamp,
            &["stale", "stale-edge", "early", "early-edge"],
        ),
        (tolerates(60), Timestamp, &["edge-kept", "edge-kept-ahead"]),
        (unlimited, Limits, &["oversize-declared"]),
        (rejects(500, ""), Answers, &["rejections-are-4xx"]),
        (rejects(302, ""), Answers, &["no-redirect"]),
        (rejects(400, trace), Answers, &["no-stack-trace"]),
        (rejects(401, secret), Answers, &["no-secret"]),
    ];
    for (layer, concern, checks) in faults {
        let effects = Effects::default();
        is_found(&effects, effects.behind(layer), concern, checks).await;
    }
}

/// Requests are changed before they are verified.
fn changes(effects: &Effects, change: fn(&mut HeaderMap, Bytes) -> Bytes) -> Receiver {
    around(effects.behind(signature()), move |receiver, request| {
        let (mut head, body) = request.into_parts();
        let body = change(&mut head.headers, body);
        receiver.oneshot(Request::from_parts(head, Full::new(body)))
    })
}

fn trims(effects: &Effects) -> Receiver {
    changes(effects, |_, body| body.trim_ascii().to_vec().into())
}

fn decodes(effects: &Effects) -> Receiver {
    changes(effects, |_, body| {
        String::from_utf8_lossy(&body).into_owned().into()
    })
}

fn takes_the_first_line(effects: &Effects) -> Receiver {
    changes(effects, |headers, body| {
        if let Some(first) = headers.get(SIGNATURE_HEADER).cloned() {
            headers.insert(SIGNATURE_HEADER, first);
        }
        body
    })
}

/// Events with this text are acknowledged, and neither verified nor handled.
pub(crate) fn ignores(effects: &Effects, text: &'static str) -> Receiver {
    let receiver = effects.behind(signature());
    around(receiver, move |receiver, request| async move {
        if String::from_utf8_lossy(request.body()).contains(text) {
            return Ok(Response::new(Full::from("").boxed_unsync()));
        }
        receiver.oneshot(request.map(Full::new)).await
    })
}

fn reads_digests_backwards_too(effects: &Effects) -> Receiver {
    let receiver = effects.behind(signature());
    around(receiver, |receiver, request| async move {
        let mut request = request.map(Full::new);
        let response = receiver.clone().oneshot(request.clone()).await?;
        let header = request.headers().get(SIGNATURE_HEADER);
        let header = header.and_then(|header| header.to_str().ok()?.rsplit_once('='));
        let Some((before, digest)) = header else {
            return Ok(response);
        };
        let reversed: String = digest.chars().rev().collect();
        let header = format!("{before}={reversed}").parse().expect("it was text");
        request.headers_mut().insert(SIGNATURE_HEADER, header);
        match receiver.oneshot(request).await? {
            other if other.status().is_success() => Ok(other),
            _ => Ok(response),
        }
    })
}

fn rejects_unknown_types(effects: &Effects) -> Receiver {
    let handler = effects.handler(|event| match event.event_type() {
        EventType::Other(_) => StatusCode::UNPROCESSABLE_ENTITY,
        _ => StatusCode::OK,
    });
    behind(signature(), handler)
}

fn handles_duplicates(effects: &Effects) -> Receiver {
    boxed(signature(), effects.handler(|_| StatusCode::OK))
}

#[tokio::test(start_paused = true)]
async fn each_fault_around_the_layer_is_found() {
    let faults: [(Fault, _, &[&str]); 8] = [
        (|it| ignores(it, "invoice."), Signature, &["other-types"]),
        (|it| ignores(it, "e\":false"), Signature, &["other-types"]),
        (reads_digests_backwards_too, Signature, &["digest-shuffled"]),
        (takes_the_first_line, Header, &["two-lines-right-first"]),
        (trims, Body, &["ends", "line-break-added"]),
        (decodes, Body, &["not-utf-8"]),
        (rejects_unknown_types, Payload, &["unknown-type"]),
        (
            handles_duplicates,
            Duplicates,
            &["repeated", "at-once", "forgotten"],
        ),
    ];
    for (fault, concern, checks) in faults {
        let effects = Effects::default();
        is_found(&effects, fault(&effects), concern, checks).await;
    }
}

pub(crate) fn handles_what_it_rejects(effects: &Effects) -> Receiver {
    let handled = effects.clone();
    around(effects.behind(signature()), move |receiver, request| {
        let effects = handled.clone();
        async move {
            let response = receiver.oneshot(request.map(Full::new)).await?;
            if response.status() == StatusCode::UNAUTHORIZED {
                effects.add("charge.succeeded");
            }
            Ok(response)
        }
    })
}

/// Every check of a forgery notices it.
#[tokio::test(start_paused = true)]
async fn a_forgery_is_answered_401_and_handled() {
    let effects = Effects::default();
    let suite = effects.suite().only(Signature);
    let found = failures(suite, handles_what_it_rejects(&effects)).await;
    assert_eq!(found[0], (Signature, "other-secret"));
}
