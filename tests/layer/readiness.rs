//! The readiness contract: an unauthenticated request never holds capacity of the inner service, and the inner service is
//! made ready, and called, only for what was verified, each time on one and the same clone.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service, ServiceBuilder, ServiceExt};
use tower_test::mock;

use crate::{
    scripted_body::{ChannelBody, ScriptedBody, Step},
    support::{
        EVENT, Handle, Mock, Recorder, forged, full, genuine, layer, next_request, poll_once, send,
        signed, unsigned,
    },
};

fn closed_mock() -> (Mock, Handle) {
    let (mock, mut handle) = mock::pair();
    handle.allow(0);
    (mock, handle)
}

#[tokio::test(start_paused = true)]
async fn the_middleware_is_ready_while_the_inner_service_is_not() {
    let (mock, _handle) = closed_mock();
    let mut service = layer().layer(mock);
    let mut context = Context::from_waker(std::task::Waker::noop());
    let ready = Service::<Request<Full<Bytes>>>::poll_ready(&mut service, &mut context);
    assert!(matches!(ready, Poll::Ready(Ok(()))), "{ready:?}");
}

#[tokio::test(start_paused = true)]
async fn a_verified_request_waits_for_the_inner_service_and_is_woken_by_it() {
    let (mock, mut handle) = closed_mock();
    let answer = tokio::spawn(send(layer().layer(mock), genuine()));
    tokio::task::yield_now().await;
    assert!(
        handle.poll_request().is_pending(),
        "called before it was ready"
    );
    handle.allow(1);
    let (request, respond) = next_request(&mut handle).await;
    assert_eq!(request.uri(), "/webhooks/loops");
    respond.send_response(Response::new(full("done")));
    assert_eq!(answer.await.expect("no panic").text(), "done");
}

#[tokio::test(start_paused = true)]
async fn a_refused_request_needs_no_inner_readiness() {
    let body_fails = ScriptedBody::new([Step::Fail("reset".into())]);
    let (mock, _handle) = closed_mock();
    let service = layer().layer(mock);
    let text = send(service.clone(), unsigned(full(EVENT))).await.verdict();
    assert_eq!(text, "Missing signature");
    let text = send(service.clone(), forged()).await.verdict();
    assert_eq!(text, "Invalid signature");
    let text = send(service, signed(EVENT, body_fails)).await.verdict();
    assert_eq!(text, "Unreadable body");
}

/// Panics when a clone is called that was not itself made ready since its last call, and counts.
#[derive(Default)]
struct Strict {
    is_ready: bool,
    polled: Arc<AtomicUsize>,
    called: Arc<AtomicUsize>,
}

impl Clone for Strict {
    fn clone(&self) -> Self {
        Self {
            is_ready: false,
            polled: Arc::clone(&self.polled),
            called: Arc::clone(&self.called),
        }
    }
}

impl Service<Request<Full<Bytes>>> for Strict {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.polled.fetch_add(1, Ordering::SeqCst);
        self.is_ready = true;
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, _: Request<Full<Bytes>>) -> Self::Future {
        assert!(std::mem::take(&mut self.is_ready), "called when not ready");
        self.called.fetch_add(1, Ordering::SeqCst);
        ready(Ok(Response::default()))
    }
}

#[tokio::test(start_paused = true)]
async fn the_inner_service_is_made_ready_once_for_each_call_and_on_the_clone_that_is_called() {
    let strict = Strict::default();
    let mut service = layer().layer(strict.clone());
    for count in 1..=3 {
        let ready = ServiceExt::<Request<Full<Bytes>>>::ready(&mut service).await;
        let response = ready.expect("always ready").call(genuine()).await;
        response.expect("a response");
        assert_eq!(strict.polled.load(Ordering::SeqCst), count, "poll_ready");
        assert_eq!(strict.called.load(Ordering::SeqCst), count, "call");
    }
}

#[tokio::test(start_paused = true)]
async fn the_inner_service_is_not_even_polled_for_what_is_refused() {
    let strict = Strict::default();
    let service = layer().layer(strict.clone());
    for request in [unsigned(full(EVENT)), forged()] {
        let response = service.clone().oneshot(request).await.expect("a response");
        assert_ne!(response.status(), 200);
    }
    assert_eq!(strict.polled.load(Ordering::SeqCst), 0, "poll_ready");
    assert_eq!(strict.called.load(Ordering::SeqCst), 0, "call");
}

#[tokio::test(start_paused = true)]
async fn a_slow_body_holds_no_permit() {
    let mut service = ServiceBuilder::new()
        .layer(layer())
        .concurrency_limit(1)
        .service(Recorder::default());
    let (sender, body) = ChannelBody::new();
    let mut stalled = std::pin::pin!(service.call(signed(EVENT, body)));
    assert!(poll_once(stalled.as_mut()).is_pending());

    for _ in 0..3 {
        let answer = send(service.clone(), genuine()).await;
        assert_eq!(answer.verdict(), "accepted", "while a body stalls");
    }

    sender.send(EVENT.into()).expect("the body is wanted");
    drop(sender);
    let Ok(response) = stalled.await;
    assert_eq!(
        response.status(),
        200,
        "the slow one gets through in the end"
    );
}

#[tokio::test(start_paused = true)]
async fn a_permit_is_held_from_the_verification_to_the_answer() {
    let (mock, mut handle) = mock::pair();
    let service = ServiceBuilder::new()
        .layer(layer())
        .concurrency_limit(1)
        .service(mock);
    let first = tokio::spawn(send(service.clone(), genuine()));
    let (_, respond) = next_request(&mut handle).await;
    let second = tokio::spawn(send(service.clone(), genuine()));
    tokio::task::yield_now().await;
    assert!(handle.poll_request().is_pending(), "one permit, two calls");

    respond.send_response(Response::new(full("first")));
    assert_eq!(first.await.expect("no panic").text(), "first");
    let (_, respond) = next_request(&mut handle).await;
    respond.send_response(Response::new(full("second")));
    assert_eq!(second.await.expect("no panic").text(), "second");
}

#[tokio::test(start_paused = true)]
async fn requests_of_one_service_do_not_wait_for_each_other() {
    let mut service = layer().layer(Strict::default());
    let (first_sender, first_body) = ChannelBody::new();
    let (second_sender, second_body) = ChannelBody::new();
    let mut first = std::pin::pin!(service.call(signed(EVENT, first_body)));
    let mut second = std::pin::pin!(service.call(signed(EVENT, second_body)));
    assert!(poll_once(first.as_mut()).is_pending());
    assert!(poll_once(second.as_mut()).is_pending());

    for (sender, future) in [(second_sender, second), (first_sender, first)] {
        sender.send(EVENT.into()).expect("the body is wanted");
        drop(sender);
        assert_eq!(future.await.expect("a response").status(), 200);
    }
}
