//! The limit on a body whose length is not declared, and limiters further out.

use std::{
    error::Error,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use bytes::{Buf, Bytes};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, Full, Limited};
use tower::ServiceBuilder;
use tower_http::limit::RequestBodyLimitLayer;
use tower_loops::{BoxError, Rejection};

use crate::{
    scripted_body::{ScriptedBody, Step},
    support::{Answer, EVENT, Recorder, full, layer, recording, send, signed},
};

const LENGTH: usize = EVENT.len();

/// Frames, the limit, and the polls after which the body was refused; `None` where it was accepted.
type Row = (&'static str, &'static [&'static str], usize, Option<usize>);

#[tokio::test]
async fn a_body_is_refused_at_the_frame_that_crosses_the_limit() {
    #[rustfmt::skip]
    let rows: [Row; 10] = [
        ("one frame of exactly the limit", &[EVENT], LENGTH, None),
        ("one frame, one over", &[EVENT], LENGTH - 1, Some(1)),
        ("two frames of exactly the limit", &[r#"{"id":"evt_1","#, r#""type":"charge.succeeded"}"#], LENGTH, None),
        ("the last of two frames, one over", &[r#"{"id":"evt_1","#, r#""type":"charge.succeeded"}"#], LENGTH - 1, Some(2)),
        ("the first of three frames", &[EVENT, "more", "more"], LENGTH - 1, Some(1)),
        ("the second of three frames", &[EVENT, "m", "ore"], LENGTH, Some(2)),
        ("empty frames at the limit", &["", EVENT, "", ""], LENGTH, None),
        ("an empty frame after the limit", &[EVENT, "", "m"], LENGTH, Some(3)),
        ("the greatest limit", &[EVENT], usize::MAX, None),
        ("limit 0, a byte after an empty frame", &["", "{", "}"], 0, Some(2)),
    ];
    for (name, frames, limit, refused_after) in rows {
        let body = ScriptedBody::new(frames.iter().copied());
        let watch = body.watch();
        let (service, recorder) = recording(&layer().with_max_body_size(limit).with_drain(false));
        let answer = send(service, signed(frames.concat(), body)).await;
        let Some(polls) = refused_after else {
            assert_eq!(answer.verdict(), "accepted", "{name}");
            continue;
        };
        assert_is_too_large(name, &answer, Some(limit));
        assert_eq!(watch.polls(), polls, "{name}: polls of the body");
        assert_eq!(recorder.calls(), 0, "{name}: calls of the inner service");
    }
}

#[tokio::test]
async fn an_empty_body_is_within_a_limit_of_zero() {
    let (service, _) = recording(&layer().with_max_body_size(0));
    let answer = send(service, signed("", Full::<Bytes>::default())).await;
    assert_eq!(
        answer.verdict(),
        "Invalid payload",
        "the signature is right, the body no event"
    );
}

#[tokio::test]
async fn the_limit_is_one_mebibyte_unless_set() {
    let rows = [
        (1024 * 1024, "accepted"),
        (1024 * 1024 + 1, "Payload too large"),
    ];
    for (length, expected) in rows {
        let event = format!("{EVENT}{}", " ".repeat(length - LENGTH));
        let halves = event.as_bytes().chunks(length / 2);
        let body = ScriptedBody::new(halves.map(Bytes::copy_from_slice));
        let answer = send(recording(&layer()).0, signed(&event, body)).await;
        assert_eq!(answer.verdict(), expected, "{length} bytes");
    }
}

#[tokio::test]
async fn every_part_of_a_frame_in_several_parts_counts() {
    let parts = || Bytes::from(&EVENT[..9]).chain(Bytes::from(&EVENT[9..]));
    let rows = [(LENGTH, "accepted"), (LENGTH - 1, "Payload too large")];
    for (limit, expected) in rows {
        let (service, _) = recording(&layer().with_max_body_size(limit));
        let body = UnknownLength(Full::new(parts()));
        let answer = send(service, signed(EVENT, body)).await;
        assert_eq!(answer.verdict(), expected, "limit {limit}");
    }
}

#[tokio::test]
async fn a_length_limit_further_out_counts_as_this_one() {
    let body = Limited::new(ScriptedBody::new([EVENT]), LENGTH - 1);
    let answer = send(recording(&layer()).0, signed(EVENT, body)).await;
    assert_is_too_large("Limited", &answer, None);

    let body = Limited::new(ScriptedBody::new([&EVENT[..9], &EVENT[9..]]), LENGTH);
    let answer = send(recording(&layer()).0, signed(EVENT, body)).await;
    assert_eq!(answer.verdict(), "accepted", "within that limit");
}

#[tokio::test]
async fn a_length_limit_is_found_however_it_is_wrapped() {
    for depth in 1..=5 {
        let body = Limited::new(ScriptedBody::new([EVENT]), 1)
            .map_err(move |error| (0..depth).fold(error, |error, _| Wrapped(error).into()));
        let answer = send(recording(&layer()).0, signed(EVENT, body)).await;
        assert_is_too_large(&format!("{depth} deep"), &answer, None);
    }
}

#[tokio::test]
async fn other_errors_are_not_taken_for_a_length_limit() {
    let limited = Limited::new(full("x"), 0).collect().await;
    let text = limited.expect_err("over the limit").to_string();
    let lookalike = Wrapped(text.into());
    let body = ScriptedBody::new([Step::Fail(lookalike.into())]);
    let answer = send(recording(&layer()).0, signed(EVENT, body)).await;
    assert_eq!(answer.verdict(), "Unreadable body");
}

#[tokio::test]
async fn the_body_limit_layer_of_tower_http_further_out() {
    let stack = |recorder: Recorder, limit| {
        ServiceBuilder::new()
            .layer(RequestBodyLimitLayer::new(limit))
            .layer(layer())
            .service(recorder)
    };
    let streamed = || signed(EVENT, ScriptedBody::new([&EVENT[..9], &EVENT[9..]]));

    let recorder = Recorder::default();
    let answer = send(stack(recorder.clone(), LENGTH - 1), streamed()).await;
    assert_is_too_large("over its limit", &answer, None);
    assert_eq!(recorder.calls(), 0, "calls of the inner service");

    let answer = send(stack(recorder.clone(), LENGTH), streamed()).await;
    assert_eq!(answer.verdict(), "accepted", "within its limit");
    assert_eq!(recorder.calls(), 1, "calls of the inner service");
}

fn assert_is_too_large(name: &str, answer: &Answer, expected: Option<usize>) {
    assert_eq!(answer.status(), 413, "{name}: status");
    assert_eq!(answer.text(), r#"{"error":"Payload too large"}"#, "{name}");
    match answer.rejection() {
        Some(Rejection::BodyTooLarge { limit, .. }) => {
            assert_eq!(*limit, expected, "{name}: the limit it names");
        }
        other => panic!("{name}: {other:?} in the extensions"),
    }
}

/// An error that hides another one behind `source()`.
#[derive(Debug)]
struct Wrapped(BoxError);

impl fmt::Display for Wrapped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a layer further out failed")
    }
}

impl Error for Wrapped {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.0)
    }
}

/// Says nothing of its length.
struct UnknownLength<B>(B);

impl<B: Body + Unpin> Body for UnknownLength<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }
}
