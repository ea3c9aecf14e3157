//! A rejected body is drained, then responded to: within bounds of bytes and time, without keeping
//! any of it.

use std::{pin::pin, task::Poll};

use bytes::Bytes;
use http::{HeaderValue, Request, Version, header};
use http_body::Frame;
use testkit::{
    body::{ScriptedBody, Step, channel},
    delivery::{EVENT, post, signed},
    poll::poll_once,
};
use tower::Service;

use crate::{
    rejections::by_the_header,
    support::{layer, outcome, recording},
};

const MIB: usize = 1024 * 1024;

fn kib(count: usize) -> impl Iterator<Item = Bytes> {
    std::iter::repeat_n(Bytes::from_static(&[b'x'; 1024]), count)
}

fn declaring(length: usize) -> Request<()> {
    let mut request = signed(EVENT, ());
    request
        .headers_mut()
        .insert(header::CONTENT_LENGTH, length.into());
    request
}

#[tokio::test]
async fn a_drain_is_bounded_in_bytes() {
    let limited = |bytes| layer().with_max_body_size(bytes);
    let undrained = || layer().with_drain(false);
    let (missing, too_large) = ("Missing signature", "Payload too large");
    // Rejected by the header: drains max(1 MiB, limit). Rejected by size: drains one more limit.
    let rows = [
        (layer(), post(()), missing, MIB),
        (limited(2 * MIB), post(()), missing, 2 * MIB),
        (limited(1024), post(()), missing, MIB),
        (layer(), signed("", ()), too_large, 2 * MIB + 1024),
        (limited(4096), signed("", ()), too_large, 2 * 4096 + 1024),
        (undrained(), post(()), missing, 0),
        (undrained(), signed("", ()), too_large, MIB + 1024),
    ];
    for (layer, request, expected, bytes) in rows {
        let body = ScriptedBody::new(kib(3 * 1024));
        let watch = body.watch();
        let seen = outcome(&layer, request.map(|()| body)).await;
        assert_eq!(seen, expected, "{layer:?}");
        assert_eq!(watch.polls() * 1024, bytes, "{layer:?}, {expected}");
    }
}

#[tokio::test]
async fn every_rejection_before_the_end_of_the_body_drains_it() {
    let layer = layer().with_max_body_size(MIB - 1);
    for fails in [false, true] {
        let rejected = by_the_header().into_iter();
        let rejected = rejected.map(|(_, _, text, request)| (text, request.map(drop)));
        for (expected, request) in rejected.chain([("Payload too large", declaring(MIB))]) {
            let end = if fails {
                Step::Fail("reset".into())
            } else {
                Step::from("")
            };
            let body = ScriptedBody::new(kib(100).map(Step::Data).chain([end]));
            let watch = body.watch();
            assert_eq!(outcome(&layer, request.map(|()| body)).await, expected);
            assert!(watch.polls() > 100, "{expected}: {}", watch.polls());
            assert!(watch.is_dropped(), "{expected}");
        }
    }
}

#[tokio::test]
async fn a_waiting_client_an_excessive_length_and_an_ended_body_are_answered_at_once() {
    let expecting = |version| {
        let mut request = post(());
        *request.version_mut() = version;
        let value = HeaderValue::from_static("100-Continue");
        request.headers_mut().insert(header::EXPECT, value);
        request
    };
    let small = || layer().with_max_body_size(9);
    let rows = [
        (layer(), expecting(Version::HTTP_11), false, true),
        (layer(), expecting(Version::HTTP_2), false, false),
        (small(), declaring(MIB + 1), false, true),
        (small(), declaring(MIB), false, false),
        (small().with_drain(false), declaring(MIB), false, true),
        (layer(), post(()), true, true),
    ];
    for (layer, request, is_at_its_end, is_at_once) in rows {
        let body = ScriptedBody::new(kib(2)).saying_end(is_at_its_end);
        let watch = body.watch();
        let name = format!("{layer:?}, {request:?}");
        let seen = outcome(&layer, request.map(|()| body)).await;
        assert_ne!(seen, "accepted", "{name}");
        assert_eq!(watch.polls() == 0, is_at_once, "{name}");
    }
}

#[tokio::test]
async fn endless_empty_frames_end_and_let_other_tasks_run() {
    let body = ScriptedBody::new(std::iter::repeat_n(Bytes::new(), 2 * MIB));
    let watch = body.watch();
    let (mut service, _) = recording(&layer());
    let mut future = pin!(service.call(post(body)));
    assert!(poll_once(future.as_mut()).is_pending());
    assert!(watch.polls() < 1000, "in one poll: {}", watch.polls());
    while poll_once(future.as_mut()).is_pending() {}
    assert_eq!(watch.polls(), MIB);
}

#[test]
fn a_drain_holds_no_data_and_no_inner_service() {
    for (name, request) in [("by the header", post(())), ("413", signed("", ()))] {
        let (sender, body) = channel();
        let (mut service, recorder) = recording(&layer().with_max_body_size(2048));
        let clones = recorder.clones();
        let mut future = pin!(service.call(request.map(|()| body)));
        let frames = [(); 3].map(|()| Bytes::from(vec![b'x'; 1024]));
        for frame in &frames {
            let frame = Frame::data(frame.clone());
            sender.send(frame).expect("the body is read");
            assert!(poll_once(future.as_mut()).is_pending(), "{name}");
        }
        let is_held = |frame: &Bytes| !frame.is_unique();
        assert!(!frames.iter().any(is_held), "{name}: a frame is held");
        let seen = recorder.clones();
        assert_eq!(seen, clones, "{name}: clones of the inner service");
        drop(sender);
        let Poll::Ready(Ok(response)) = poll_once(future.as_mut()) else {
            panic!("{name}: no response");
        };
        assert!(response.status().is_client_error(), "{name}");
    }
}

#[cfg(feature = "tokio")]
mod in_time {
    use std::time::Duration;

    use testkit::body::{channel, data};
    use tokio::time::{Instant, sleep};

    use super::{EVENT, layer, outcome, post, signed};

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn a_drain_waits_two_seconds_for_data_and_ends_at_the_body_timeout() {
        // An empty frame is no data.
        for (layer, frame, seconds) in [
            (layer(), "", 2),
            (layer(), "x", 30),
            (layer().with_body_timeout(5 * SECOND), "x", 5),
            (layer().without_body_timeout(), "x", 62),
        ] {
            let (sender, body) = channel();
            let drip = tokio::spawn(async move {
                for _ in 0..60 {
                    sleep(SECOND).await;
                    let _ = sender.send(data(frame));
                }
                sender
            });
            let begun = Instant::now();
            assert_eq!(outcome(&layer, post(body)).await, "Missing signature");
            assert_eq!(begun.elapsed().as_secs(), seconds, "{layer:?}");
            drip.abort();
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_body_that_timed_out_is_not_drained() {
        let (sender, body) = channel();
        let begun = Instant::now();
        let layer = layer().with_body_timeout(SECOND);
        assert_eq!(outcome(&layer, signed(EVENT, body)).await, "Body timed out");
        assert_eq!(begun.elapsed().as_secs(), 1);
        assert!(sender.is_closed(), "the body is dropped");
    }
}
