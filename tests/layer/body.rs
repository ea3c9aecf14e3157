//! Reading the body: to its end whatever its hints say, every frame, without copying a single one.

use std::{convert::Infallible, error::Error, future::ready, sync::Arc, time::Duration};

use bytes::{Buf, Bytes};
use http::{HeaderMap, Response};
use http_body_util::{BodyExt, Full};
use testkit::{
    body::{ScriptedBody, Step, channel, data},
    delivery::{EVENT, post, sign, signed},
    poll::poll_once,
};
use tower::{Layer, Service, service_fn};
use tower_loops::{SIGNATURE_HEADER, VerifiedEvent};

use crate::support::{Inner, Recorder, layer, outcome, recording, send};

/// The bytes of the inner request, which are those of the event.
async fn received(recorder: &Recorder) -> Bytes {
    let request = recorder.only_request();
    let event: Option<VerifiedEvent> = request.extensions().get().cloned();
    let Ok(body) = request.into_body().collect().await;
    let body = body.to_bytes();
    assert_eq!(event.expect("the event").payload(), &body);
    body
}

#[tokio::test]
async fn a_body_is_read_to_its_end_whatever_its_hints_say() {
    let length = EVENT.len() as u64;
    let exact = [0, 1, length, 9999].map(|size| (size, Some(size)));
    for is_end_stream in [false, true] {
        for (lower, upper) in exact.into_iter().chain([(0, None)]) {
            let name = format!("is_end_stream {is_end_stream}, {lower}..={upper:?}");
            let body = ScriptedBody::new([&EVENT[..1], &EVENT[1..20], &EVENT[20..]])
                .saying_end(is_end_stream)
                .saying_size(lower, upper);
            let watch = body.watch();
            let (service, recorder) = recording(&layer());
            let seen = send(service, signed(EVENT, body)).await.outcome();
            assert_eq!(seen, "accepted", "{name}");
            assert_eq!(watch.polls(), 4, "{name}: three frames and the end");
            assert_eq!(received(&recorder).await, EVENT, "{name}");
        }
    }
    let longer = ScriptedBody::new([EVENT, " "]).saying_end(true);
    let seen = outcome(&layer(), signed(EVENT, longer)).await;
    assert_eq!(seen, "Invalid signature");
}

#[tokio::test]
async fn frames_are_gathered_wherever_they_are_cut() {
    for first in 0..=EVENT.len() {
        for second in first..=EVENT.len() {
            let frames = [&EVENT[..first], &EVENT[first..second], &EVENT[second..]];
            let (service, recorder) = recording(&layer());
            send(service, signed(EVENT, ScriptedBody::new(frames))).await;
            assert_eq!(received(&recorder).await, EVENT, "cut into {frames:?}");
        }
        // One frame of two parts.
        let (start, end) = EVENT.as_bytes().split_at(first);
        let (service, recorder) = recording(&layer());
        send(service, signed(EVENT, Full::new(start.chain(end)))).await;
        assert_eq!(received(&recorder).await, EVENT, "cut at {first}");
    }
}

#[tokio::test]
async fn a_single_frame_is_not_copied() {
    let frame = Bytes::copy_from_slice(EVENT.as_bytes());
    let data = || Step::Data(frame.clone());
    let empty = || Step::Data(Bytes::new());
    for steps in [
        vec![data()],
        vec![empty(), data(), empty()],
        vec![data(), Step::Trailers(HeaderMap::new())],
    ] {
        let name = format!("{steps:?}");
        let (service, recorder) = recording(&layer());
        send(service, signed(EVENT, ScriptedBody::new(steps))).await;
        assert_eq!(received(&recorder).await.as_ptr(), frame.as_ptr(), "{name}");
    }
}

#[tokio::test]
async fn trailers_are_not_signed_and_are_dropped_and_a_signature_in_them_does_not_count() {
    let trailers = HeaderMap::from_iter([(SIGNATURE_HEADER, sign(EVENT))]);
    for (request, expected) in [
        (post(()), "Missing signature"),
        (signed("another body", ()), "Invalid signature"),
    ] {
        let body = ScriptedBody::new([EVENT.into(), Step::Trailers(trailers.clone())]);
        let request = request.map(|()| body);
        assert_eq!(outcome(&layer(), request).await, expected);
    }
    let (service, recorder) = recording(&layer());
    let body = ScriptedBody::new([EVENT.into(), Step::Trailers(trailers)]);
    let seen = send(service, signed(EVENT, body)).await.outcome();
    assert_eq!(seen, "accepted");
    let Ok(body) = recorder.only_request().into_body().collect().await;
    assert_eq!(body.trailers(), None);
    assert_eq!(body.to_bytes(), EVENT);
}

/// After the last row's frame, the event is whole and its signature right.
#[tokio::test]
async fn a_body_that_fails_is_unreadable_and_not_polled_again() {
    for frames in [&[][..], &["x"], &["x", "x", "x"], &[EVENT]] {
        let fail = Step::Fail("reset by peer".into());
        let steps = frames.iter().copied().map(Step::from);
        let body = ScriptedBody::new(steps.chain([fail, EVENT.into()]));
        let watch = body.watch();
        let answer = send(recording(&layer()).0, signed(EVENT, body)).await;
        assert_eq!(answer.outcome(), "Unreadable body", "{frames:?}");
        let source = answer.rejection.as_ref().and_then(Error::source);
        assert_eq!(source.expect("a cause").to_string(), "reset by peer");
        assert_eq!(watch.polls(), frames.len() + 1, "{frames:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_pending_body_wakes_the_request_for_each_frame() {
    let (sender, body) = channel();
    let (service, recorder) = recording(&layer());
    let answer = tokio::spawn(send(service, signed(EVENT, body)));
    for byte in EVENT.bytes() {
        tokio::time::sleep(Duration::from_millis(100)).await;
        assert!(!answer.is_finished(), "before the body was there");
        sender.send(data([byte])).expect("the body is read");
    }
    drop(sender);
    assert_eq!(answer.await.expect("no panic").outcome(), "accepted");
    assert_eq!(received(&recorder).await, EVENT);
}

/// A body that is not dropped may block the flow control of its connection.
#[tokio::test]
async fn the_body_is_dropped_before_the_response_and_before_the_inner_call() {
    for body in [
        ScriptedBody::new(["{}"]),
        ScriptedBody::new([EVENT, EVENT]),
        ScriptedBody::new([Step::Fail("reset".into())]),
    ] {
        let watch = body.watch();
        let (mut service, _) = recording(&layer().with_max_body_size(EVENT.len()));
        let mut future = std::pin::pin!(service.call(signed(EVENT, body)));
        assert!(poll_once(future.as_mut()).is_ready());
        assert!(watch.is_dropped());
    }

    let body = ScriptedBody::new([EVENT]);
    let watch = Arc::new(body.watch());
    let inner = service_fn(move |_: Inner| {
        let text = format!("dropped: {}", watch.is_dropped());
        ready(Ok::<_, Infallible>(Response::new(Full::<Bytes>::from(
            text,
        ))))
    });
    let answer = send(layer().layer(inner), signed(EVENT, body)).await;
    assert_eq!(answer.text, "dropped: true");
}
