//! The inner service is polled for readiness and called for verified requests only, each time on
//! the same clone: an unauthenticated request never holds its capacity.

use std::{
    pin::pin,
    task::{Context, Poll, Waker},
};

use http::Response;
use http_body_util::Full;
use testkit::{
    body::{ScriptedBody, Step, channel, data},
    delivery::{EVENT, forged, genuine, signed, unsigned},
    poll::poll_once,
};
use tower::{BoxError, Layer, Service, ServiceBuilder, ServiceExt};
use tower_test::mock;

use crate::support::{Handle, Inner, Mock, Recorder, layer, next_request, send};

/// The mock panics when a clone is called that was not ready.
#[tokio::test(start_paused = true)]
async fn the_layer_is_ready_and_polls_the_clone_that_it_calls() {
    let (mock, mut handle): (Mock, Handle) = mock::pair();
    handle.allow(0);
    let mut service = layer().layer(mock);
    let mut context = Context::from_waker(Waker::noop());
    let ready = Service::<Inner>::poll_ready(&mut service, &mut context);
    assert!(matches!(ready, Poll::Ready(Ok(()))), "{ready:?}");

    let answer = tokio::spawn(send(service, genuine()));
    tokio::task::yield_now().await;
    let is_called = handle.poll_request().is_ready();
    assert!(!is_called, "before it was ready");
    handle.allow(1);
    let (_, respond) = next_request(&mut handle).await;
    respond.send_response(Response::new(Full::from("done")));
    assert_eq!(answer.await.expect("no panic").text, "done");
}

#[tokio::test(start_paused = true)]
async fn only_a_verified_request_polls_for_readiness_and_errors_are_passed_on() {
    let (mock, mut handle): (Mock, Handle) = mock::pair();
    let service = layer().layer(mock);
    let verified = tokio::spawn(service.clone().oneshot(genuine()));
    let (_, respond) = next_request(&mut handle).await;
    respond.send_error("in call");
    let error: BoxError = verified.await.expect("no panic").expect_err("an error");
    assert_eq!(error.to_string(), "in call");

    // The next poll gets this error: none of the rejected requests.
    handle.send_error("in poll_ready");
    for request in [unsigned(), forged()] {
        let seen = send(service.clone(), request).await.status;
        assert!(seen.is_client_error(), "{seen}");
    }
    let failing = ScriptedBody::new([Step::Fail("reset".into())]);
    let answer = send(service.clone(), signed(EVENT, failing)).await;
    assert_eq!(answer.outcome(), "Unreadable body");
    let mut verified = pin!(service.oneshot(genuine()));
    let Poll::Ready(Err(error)) = poll_once(verified.as_mut()) else {
        panic!("a rejected request got the error");
    };
    assert!(error.to_string().contains("in poll_ready"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_pending_body_holds_no_permit_and_no_buffer_slot() {
    let recorder = Recorder::default();
    let mut service = ServiceBuilder::new()
        .layer(layer())
        .buffer(1)
        .concurrency_limit(1)
        .service(recorder.clone());
    let mut pending = Vec::new();
    for _ in 0..10 {
        let (sender, body) = channel();
        let mut future = Box::pin(service.call(signed(EVENT, body)));
        assert!(poll_once(future.as_mut()).is_pending());
        pending.push((sender, future));
    }
    assert_eq!(send(service, genuine()).await.outcome(), "accepted");
    assert_eq!(recorder.calls(), 1);
    // Each gets through in the end, in any order.
    for (sender, future) in pending.into_iter().rev() {
        sender.send(data(EVENT)).expect("the body is read");
        drop(sender);
        assert_eq!(future.await.expect("a response").status(), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_permit_is_held_from_the_verification_to_the_response() {
    let (mock, mut handle): (Mock, Handle) = mock::pair();
    let service = ServiceBuilder::new()
        .layer(layer())
        .concurrency_limit(1)
        .service(mock);
    let mut first = pin!(send(service.clone(), genuine()));
    assert!(poll_once(first.as_mut()).is_pending());
    let (_, respond) = next_request(&mut handle).await;
    let mut second = pin!(send(service.clone(), genuine()));
    assert!(poll_once(second.as_mut()).is_pending());
    assert!(handle.poll_request().is_pending(), "one permit, two calls");

    respond.send_response(Response::new(Full::from("first")));
    assert_eq!(first.await.text, "first");
    assert!(poll_once(second.as_mut()).is_pending());
    let (_, respond) = next_request(&mut handle).await;
    respond.send_response(Response::new(Full::from("second")));
    assert_eq!(second.await.text, "second");
}
