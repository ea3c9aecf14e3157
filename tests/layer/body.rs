//! Reading the body: to its end whatever its hints say, every frame, without copying a single one.

use std::{convert::Infallible, error::Error, future::ready, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::{BodyExt, Full};
use testkit::{
    body::{ScriptedBody, Step},
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
async fn trailers_are_not_signed_and_a_signature_in_them_does_not_count() {
    let trailers = HeaderMap::from_iter([(SIGNATURE_HEADER, sign(EVENT))]);
    let body = || ScriptedBody::new([EVENT.into(), Step::Trailers(trailers.clone())]);
    for (request, expected) in [
        (post(body()), "Missing signature"),
        (signed("another body", body()), "Invalid signature"),
        (signed(EVENT, body()), "accepted"),
    ] {
        assert_eq!(outcome(&layer(), request).await, expected);
    }
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
