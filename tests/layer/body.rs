//! Reading the body: to its end whatever it says of its end, every frame, without a copy where there is but one.

use std::{convert::Infallible, error::Error, future::ready, sync::Arc, time::Duration};

use bytes::{Buf, Bytes};
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use tower::{Layer, Service, service_fn};
use tower_loops::{Rejection, VerifiedEvent};

use crate::{
    scripted_body::{ChannelBody, ScriptedBody, Step},
    support::{EVENT, Recorder, full, layer, poll_once, recording, send, signed},
};

const ANY_WAY_TO_SAY_ONE: [(u64, Option<u64>); 5] = [
    (0, None),
    (0, Some(0)),
    (1, Some(1)),
    (EVENT.len() as u64, Some(EVENT.len() as u64)),
    (100_000, Some(100_000)),
];

/// The bytes that the inner service got, after checking that the event has the same.
async fn received(recorder: &Recorder) -> Bytes {
    let request = recorder.only_request();
    let event: Option<VerifiedEvent> = request.extensions().get().cloned();
    let Ok(body) = request.into_body().collect().await;
    let body = body.to_bytes();
    assert_eq!(event.expect("the event").payload(), &body, "the payload");
    body
}

#[tokio::test]
async fn a_body_is_read_to_none_whatever_it_says_of_its_end_and_length() {
    for is_end_stream in [false, true] {
        for (lower, upper) in ANY_WAY_TO_SAY_ONE {
            let name = format!("is_end_stream {is_end_stream}, size hint {lower}..={upper:?}");
            let body = ScriptedBody::new([&EVENT[..1], &EVENT[1..20], &EVENT[20..]])
                .saying_end(is_end_stream)
                .saying_size(lower, upper);
            let watch = body.watch();
            let (service, recorder) = recording(&layer());
            let answer = send(service, signed(EVENT, body)).await;
            assert_eq!(answer.verdict(), "accepted", "{name}");
            assert_eq!(watch.polls(), 4, "{name}: three frames and the end");
            assert_eq!(received(&recorder).await, EVENT, "{name}");
        }
    }
}

#[tokio::test]
async fn frames_after_the_signed_ones_are_part_of_the_body() {
    let body = ScriptedBody::new([EVENT, " "]).saying_end(true);
    let answer = send(recording(&layer()).0, signed(EVENT, body)).await;
    assert_eq!(answer.verdict(), "Invalid signature");
}

#[tokio::test]
async fn several_frames_are_gathered_wherever_they_are_cut() {
    for first in 0..=EVENT.len() {
        for second in first..=EVENT.len() {
            let frames = [&EVENT[..first], &EVENT[first..second], &EVENT[second..]];
            let (service, recorder) = recording(&layer());
            let answer = send(service, signed(EVENT, ScriptedBody::new(frames))).await;
            assert_eq!(answer.verdict(), "accepted", "cut into {frames:?}");
            assert_eq!(received(&recorder).await, EVENT, "cut into {frames:?}");
        }
    }
}

#[tokio::test]
async fn one_frame_is_handed_on_without_a_copy() {
    let frame = Bytes::copy_from_slice(EVENT.as_bytes());
    let empty = || Step::Data(Bytes::new());
    let rows = [
        ("alone", vec![Step::Data(frame.clone())]),
        (
            "between empty frames",
            vec![empty(), Step::Data(frame.clone()), empty()],
        ),
        (
            "with trailers",
            vec![Step::Data(frame.clone()), Step::Trailers(HeaderMap::new())],
        ),
    ];
    for (name, steps) in rows {
        let (service, recorder) = recording(&layer());
        send(service, signed(EVENT, ScriptedBody::new(steps))).await;
        let request = recorder.only_request();
        let event: &VerifiedEvent = request.extensions().get().expect("the event");
        assert_eq!(event.payload().as_ptr(), frame.as_ptr(), "{name}: payload");
        let Ok(body) = request.into_body().collect().await;
        assert_eq!(body.to_bytes().as_ptr(), frame.as_ptr(), "{name}: body");
    }
}

#[tokio::test]
async fn a_frame_in_several_parts_is_read_whole() {
    for cut in 0..=EVENT.len() {
        let (start, end) = EVENT.as_bytes().split_at(cut);
        let (service, recorder) = recording(&layer());
        let answer = send(service, signed(EVENT, Full::new(start.chain(end)))).await;
        assert_eq!(answer.verdict(), "accepted", "cut at {cut}");
        assert_eq!(received(&recorder).await, EVENT, "cut at {cut}");
    }
}

#[tokio::test]
async fn trailers_are_not_signed_and_are_dropped() {
    let mut trailers = HeaderMap::new();
    trailers.insert("x-checksum", "1".parse().expect("a header value"));
    let body = ScriptedBody::new([EVENT.into(), Step::Trailers(trailers)]);
    let (service, recorder) = recording(&layer());
    let answer = send(service, signed(EVENT, body)).await;
    assert_eq!(answer.verdict(), "accepted");
    let Ok(body) = recorder.only_request().into_body().collect().await;
    assert_eq!(body.trailers(), None);
    assert_eq!(body.to_bytes(), EVENT);
}

#[tokio::test]
async fn a_body_that_fails_is_unreadable_after_any_number_of_frames() {
    for frames in 0..4 {
        let mut steps: Vec<Step> = (0..frames).map(|_| Step::from("x")).collect();
        steps.push(Step::Fail("reset by peer".into()));
        steps.push(EVENT.into());
        let body = ScriptedBody::new(steps);
        let watch = body.watch();
        let (service, recorder) = recording(&layer());
        let answer = send(service, signed(EVENT, body)).await;

        let name = format!("failed after {frames} frames");
        assert_eq!(answer.status(), 400, "{name}: status");
        assert_eq!(answer.text(), r#"{"error":"Unreadable body"}"#, "{name}");
        let rejection = answer.rejection().expect("a reason");
        assert!(
            matches!(rejection, Rejection::UnreadableBody(_)),
            "{name}: {rejection:?}"
        );
        let cause = rejection.source().map(ToString::to_string);
        assert_eq!(cause.as_deref(), Some("reset by peer"), "{name}: source()");
        assert_eq!(watch.polls(), frames + 1, "{name}: polls of the body");
        assert_eq!(recorder.calls(), 0, "{name}: calls of the inner service");
    }
}

/// The event was whole and its signature right, but nobody knows what else was to come.
#[tokio::test]
async fn a_body_that_fails_after_the_signed_bytes_is_refused_all_the_same() {
    let body = ScriptedBody::new([EVENT.into(), Step::Fail("reset by peer".into())]);
    let answer = send(recording(&layer()).0, signed(EVENT, body)).await;
    assert_eq!(answer.verdict(), "Unreadable body");
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_not_there_yet_wakes_the_request_for_each_frame() {
    let (sender, body) = ChannelBody::new();
    let (service, recorder) = recording(&layer());
    let answer = tokio::spawn(send(service, signed(EVENT, body)));
    for byte in EVENT.bytes() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!answer.is_finished(), "answered before the body was there");
        let frame = Bytes::copy_from_slice(&[byte]);
        sender.send(frame).expect("the body is still wanted");
    }
    drop(sender);
    let answer = answer.await.expect("no panic");
    assert_eq!(answer.verdict(), "accepted");
    assert_eq!(received(&recorder).await, EVENT);
}

#[test]
fn the_body_is_dropped_before_the_refusal_is_returned() {
    let rows = [
        ("another body", ScriptedBody::new(["{}"])),
        ("not read to its end", ScriptedBody::new([EVENT, EVENT])),
        ("failed", ScriptedBody::new([Step::Fail("reset".into())])),
    ];
    for (name, body) in rows {
        let watch = body.watch();
        let (mut service, _) = recording(&layer().with_max_body_size(EVENT.len()));
        let mut future = std::pin::pin!(service.call(signed(EVENT, body)));
        let answered = poll_once(future.as_mut());
        assert!(answered.is_ready(), "{name}: a response");
        assert!(watch.is_dropped(), "{name}: the body lives on");
    }
}

/// A body may hold a connection's flow control: a slow handler is no reason to keep it.
#[tokio::test]
async fn the_body_is_dropped_before_the_inner_service_is_called() {
    let body = ScriptedBody::new([EVENT]);
    let watch = Arc::new(body.watch());
    let inner = service_fn(move |_: Request<Full<Bytes>>| {
        let text = format!("dropped: {}", watch.is_dropped());
        ready(Ok::<_, Infallible>(Response::new(full(text))))
    });
    let answer = send(layer().layer(inner), signed(EVENT, body)).await;
    assert_eq!(answer.text(), "dropped: true");
}
