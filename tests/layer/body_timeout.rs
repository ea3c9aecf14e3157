//! The deadline of a whole body: not of a gap between frames, and not of what follows the body.

use std::{pin::pin, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Response};
use http_body_util::Full;
use testkit::{
    body::{ScriptedBody, Step, channel, data},
    delivery::{EVENT, forged, genuine, post, signed},
    poll::poll_once,
    response::Answer,
};
use tokio::time::{Instant, advance, sleep};
use tower::{Layer, Service};
use tower_loops::LoopsSignatureLayer;
use tower_test::mock;

use crate::support::{Mock, layer, next_request, outcome, recording, send};

const TIMEOUT: Duration = Duration::from_secs(2);
const SECOND: Duration = Duration::from_secs(1);

fn bounded() -> LoopsSignatureLayer {
    layer().with_body_timeout(TIMEOUT)
}

fn assert_timed_out(answer: &Answer, begun: Instant, timeout: Duration) {
    assert_eq!(answer.seen(), (408, r#"{"error":"Body timed out"}"#));
    assert_eq!(answer.outcome(), "Body timed out");
    let taken = begun.elapsed();
    let is_in_time = taken >= timeout && taken < timeout + Duration::from_millis(10);
    assert!(is_in_time, "{taken:?}");
}

#[tokio::test(start_paused = true)]
async fn frames_do_not_move_the_deadline_and_it_runs_from_the_call_on() {
    let (mut service, recorder) = recording(&bounded());
    let begun = Instant::now();
    let (sender, body) = channel();
    let response = service.call(signed(EVENT, body));
    advance(SECOND).await;
    let drip = tokio::spawn(async move {
        for byte in EVENT.bytes() {
            let _ = sender.send(data([byte]));
            sleep(SECOND / 4).await;
        }
    });
    let Ok(response) = response.await;
    assert_timed_out(&Answer::of(response).await, begun, TIMEOUT);
    assert_eq!(recorder.calls(), 0);
    drip.abort();
}

#[tokio::test(start_paused = true)]
async fn a_body_that_is_in_time_is_accepted_when_it_arrives() {
    let begun = Instant::now();
    let (sender, body) = channel();
    tokio::spawn(async move {
        sleep(TIMEOUT - Duration::from_millis(1)).await;
        let _ = sender.send(data(EVENT));
    });
    assert_eq!(outcome(&bounded(), signed(EVENT, body)).await, "accepted");
    assert!(begun.elapsed() < TIMEOUT, "only the timeout woke it");

    // What is there already is never late.
    let at_once = layer().with_body_timeout(Duration::ZERO);
    let frames = || EVENT.as_bytes().chunks(1).map(Bytes::from_static);
    let request = signed(EVENT, ScriptedBody::new(frames()));
    assert_eq!(outcome(&at_once, request).await, "accepted");
    assert_eq!(outcome(&at_once, forged()).await, "Invalid signature");
}

#[tokio::test(start_paused = true)]
async fn the_handler_and_its_readiness_have_no_deadline() {
    let (mock, mut handle): (Mock, _) = mock::pair();
    handle.allow(0);
    let answer = tokio::spawn(send(bounded().layer(mock), genuine()));
    sleep(100 * TIMEOUT).await;
    handle.allow(1);
    let (_, respond) = next_request(&mut handle).await;
    sleep(100 * TIMEOUT).await;
    respond.send_response(Response::new(Full::from("at last")));
    assert_eq!(answer.await.expect("no panic").text, "at last");
}

#[tokio::test(start_paused = true)]
async fn endless_frames_let_the_timeout_fire() {
    let trailers = || Step::Trailers(HeaderMap::new());
    for frame in [|| Step::from(""), trailers, || Step::from(" ")] {
        let body = ScriptedBody::new((0..1000).map(|_| frame()));
        let watch = body.watch();
        let layer = bounded();
        let request = signed(EVENT, body);
        // The clock moves on while the frames arrive, if the body lets other tasks run.
        let (outcome, ()) = tokio::join!(outcome(&layer, request), advance(TIMEOUT));
        assert_eq!(outcome, "Body timed out", "{:?}", frame());
        assert!(watch.polls() < 1000, "{:?}", frame());
    }
}

#[tokio::test(start_paused = true)]
async fn the_timeout_is_thirty_seconds_unless_it_is_set_or_removed() {
    let begun = Instant::now();
    let (_sender, body) = channel();
    let answer = send(recording(&layer()).0, signed(EVENT, body)).await;
    assert_timed_out(&answer, begun, 30 * SECOND);

    let unlimited = layer().with_body_timeout(Duration::MAX);
    for layer in [layer().without_body_timeout(), unlimited] {
        let (sender, body) = channel();
        tokio::spawn(async move {
            sleep(1000 * SECOND).await;
            let _ = sender.send(data(EVENT));
        });
        assert_eq!(outcome(&layer, signed(EVENT, body)).await, "accepted");
    }
}

#[test]
fn outside_a_runtime_there_is_no_timeout_and_no_panic() {
    let (mut service, _recorder) = recording(&bounded());
    for request in [signed(EVENT, ()), post(())] {
        let (_sender, body) = channel();
        let mut future = pin!(service.call(request.map(|()| body)));
        assert!(poll_once(future.as_mut()).is_pending());
    }
}
