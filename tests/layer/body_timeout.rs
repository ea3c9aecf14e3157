//! The deadline for a whole body: not for the gap between frames, and not for what comes after the body.

use std::{convert::Infallible, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, Request, Response};
use http_body_util::{BodyExt, Full};
use tokio::time::{Instant, advance, sleep};
use tower::{Layer, Service, ServiceBuilder, service_fn};
use tower_loops::{LoopsSignatureLayer, Rejection};
use tower_test::mock;

use crate::{
    scripted_body::{ChannelBody, ScriptedBody, Step},
    support::{
        Answer, EVENT, Mock, forged, full, genuine, layer, next_request, poll_once, recording,
        send, signed, unsigned,
    },
};

const TIMEOUT: Duration = Duration::from_secs(2);
const SECOND: Duration = Duration::from_secs(1);

fn bounded() -> LoopsSignatureLayer {
    layer().with_body_timeout(TIMEOUT)
}

fn assert_timed_out(answer: &Answer, begun: Instant, timeout: Duration) {
    assert_eq!(answer.status(), 408);
    assert_eq!(answer.text(), r#"{"error":"Body timed out"}"#);
    let rejection = answer.rejection();
    assert!(matches!(rejection, Some(Rejection::BodyTimeout { .. })));
    let taken = begun.elapsed();
    assert!(
        taken >= timeout && taken < timeout + Duration::from_millis(10),
        "{taken:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_body_that_never_ends_is_refused_at_the_deadline() {
    let (service, recorder) = recording(&bounded());
    let begun = Instant::now();
    let body = full(EVENT).with_trailers(std::future::pending());
    let answer = send(service, signed(EVENT, body)).await;
    assert_timed_out(&answer, begun, TIMEOUT);
    assert_eq!(recorder.calls(), 0);
}

#[tokio::test(start_paused = true)]
async fn frames_that_keep_coming_do_not_move_the_deadline() {
    let (service, recorder) = recording(&bounded());
    let begun = Instant::now();
    let (sender, body) = ChannelBody::new();
    let drip = tokio::spawn(async move {
        for byte in EVENT.as_bytes() {
            sleep(SECOND / 4).await;
            let _ = sender.send(Bytes::copy_from_slice(&[*byte]));
        }
        sender
    });
    let answer = send(service, signed(EVENT, body)).await;
    assert_timed_out(&answer, begun, TIMEOUT);
    assert_eq!(recorder.calls(), 0);
    drip.abort();
}

#[tokio::test(start_paused = true)]
async fn the_time_runs_from_the_call_on() {
    let (mut service, _recorder) = recording(&bounded());
    let begun = Instant::now();
    let body = full(EVENT).with_trailers(std::future::pending());
    let response = service.call(signed(EVENT, body));
    advance(SECOND).await;
    let Ok(response) = response.await;
    assert_timed_out(&Answer::of(response).await, begun, TIMEOUT);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_comes_just_in_time_is_accepted() {
    let (service, recorder) = recording(&bounded());
    let (sender, body) = ChannelBody::new();
    tokio::spawn(async move {
        sleep(TIMEOUT - Duration::from_millis(1)).await;
        let _ = sender.send(EVENT.into());
    });
    let answer = send(service, signed(EVENT, body)).await;
    assert_eq!(answer.verdict(), "accepted");
    assert_eq!(recorder.calls(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_handler_takes_as_long_as_it_likes_and_so_does_its_readiness() {
    let slow = service_fn(async |_: Request<Full<Bytes>>| {
        sleep(100 * TIMEOUT).await;
        Ok::<_, Infallible>(Response::new(full("late")))
    });
    assert_eq!(send(bounded().layer(slow), genuine()).await.text(), "late");

    let (mock, mut handle): (Mock, _) = mock::pair();
    handle.allow(0);
    let answer = tokio::spawn(send(bounded().layer(mock), genuine()));
    sleep(100 * TIMEOUT).await;
    handle.allow(1);
    let (_, respond) = next_request(&mut handle).await;
    respond.send_response(Response::new(full("ready at last")));
    assert_eq!(answer.await.expect("no panic").text(), "ready at last");
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_holds_no_permit() {
    let inner = service_fn(async |_: Request<Full<Bytes>>| {
        Ok::<_, Infallible>(Response::new(full("handled")))
    });
    let service = ServiceBuilder::new()
        .layer(bounded())
        .concurrency_limit(1)
        .service(inner);
    let body = full(EVENT).with_trailers(std::future::pending());
    let slow = tokio::spawn(send(service.clone(), signed(EVENT, body)));
    tokio::task::yield_now().await;
    let begun = Instant::now();
    assert_eq!(send(service, genuine()).await.text(), "handled");
    assert_eq!(begun.elapsed(), Duration::ZERO);
    assert_eq!(slow.await.expect("no panic").status(), 408);
}

#[tokio::test(start_paused = true)]
async fn what_is_there_already_is_never_late() {
    let at_once = layer().with_body_timeout(Duration::ZERO);
    let (service, _recorder) = recording(&at_once);
    assert_eq!(send(service.clone(), genuine()).await.verdict(), "accepted");
    let frames = EVENT.as_bytes().chunks(1).map(Bytes::from_static);
    let answer = send(service.clone(), signed(EVENT, ScriptedBody::new(frames))).await;
    assert_eq!(answer.verdict(), "accepted");
    assert_eq!(send(service, forged()).await.verdict(), "Invalid signature");
}

#[tokio::test(start_paused = true)]
async fn endless_frames_let_the_timeout_fire() {
    let frame = |kind| match kind {
        0 => Step::Data(Bytes::new()),
        1 => Step::Trailers(HeaderMap::new()),
        _ => Step::Data(Bytes::from_static(b" ")),
    };
    for kind in 0..3 {
        let (service, _recorder) = recording(&bounded());
        let body = ScriptedBody::new((0..1000).map(|_| frame(kind)));
        let watch = body.watch();
        let request = signed(EVENT, body);
        // The clock moves on while the frames arrive, if the body lets other tasks run.
        let (answer, ()) = tokio::join!(send(service, request), advance(TIMEOUT));
        assert_eq!(answer.verdict(), "Body timed out", "frames of kind {kind}");
        assert!(watch.polls() < 1000, "frames of kind {kind}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_body_timeout_is_thirty_seconds_unless_it_is_removed() {
    let begun = Instant::now();
    let body = full(EVENT).with_trailers(std::future::pending());
    let answer = send(recording(&layer()).0, signed(EVENT, body)).await;
    assert_timed_out(&answer, begun, 30 * SECOND);

    for layer in [
        layer().without_body_timeout(),
        layer().with_body_timeout(Duration::MAX),
    ] {
        let (service, _recorder) = recording(&layer);
        let (sender, body) = ChannelBody::new();
        tokio::spawn(async move {
            sleep(1000 * SECOND).await;
            let _ = sender.send(EVENT.into());
        });
        let answer = send(service, signed(EVENT, body)).await;
        assert_eq!(answer.verdict(), "accepted");
    }
}

#[test]
fn outside_a_runtime_there_is_no_timeout_and_no_panic() {
    let (mut service, _recorder) = recording(&bounded());
    for request in [signed(EVENT, ()), unsigned(())] {
        let (_sender, body) = ChannelBody::new();
        let mut future = std::pin::pin!(service.call(request.map(|()| body)));
        assert!(poll_once(future.as_mut()).is_pending());
    }
}
