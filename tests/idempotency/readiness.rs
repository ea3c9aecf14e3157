//! Readiness: the layer is always ready, the handler is polled for events that are claimed.

use std::future::poll_fn;

use http::{Request, Response};
use http_body_util::Full;
use testkit::response::Answer;
use tokio::time::timeout;
use tower::{Layer, Service, limit::ConcurrencyLimitLayer};
use tower_loops::{
    BoxError,
    idempotency::{IdempotencyLayer, MemoryStore},
};
use tower_test::mock;

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Calls, Gate, Handler, deliver, delivery_of, seconds, spawn_delivery},
};

type Body = Full<bytes::Bytes>;

#[tokio::test(start_paused = true)]
async fn the_layer_is_ready_though_its_handler_is_not() {
    let (handler, mut handle) = mock::pair::<Request<()>, Response<Body>>();
    handle.allow(0);
    let mut service = IdempotencyLayer::new(MemoryStore::new()).layer(handler);
    let ready = timeout(seconds(1), poll_fn(|cx| service.poll_ready(cx)));
    assert!(ready.await.expect("at once").is_ok());
    let response = tokio::spawn(service.call(delivery_of("evt_1")));
    tokio::time::sleep(seconds(600)).await;
    assert!(!response.is_finished(), "the handler is not ready");

    handle.allow(1);
    let (_, respond) = handle.next_request().await.expect("a request");
    respond.send_response(Response::new(Body::from("done")));
    let response = response.await.expect("no panic").expect("a response");
    assert_eq!(Answer::of(response).await.text, "done");
}

#[tokio::test(start_paused = true)]
async fn only_a_claimed_event_takes_a_permit() {
    let (store, calls, gate) = (ScriptedStore::default(), Calls::default(), Gate::new());
    let limited = ConcurrencyLimitLayer::new(1).layer(calls.waiting_at(&gate));
    let service = IdempotencyLayer::new(store.clone()).layer(Handler::new(limited));
    gate.open();
    assert_eq!(deliver(&service, "evt_done").await.status, 200);
    gate.arrival().await;
    let holder = spawn_delivery(&service, "evt_1");
    gate.arrival().await;

    // The only permit is taken: a delivery that needs it gets no response.
    let answered = |id| timeout(seconds(10), deliver(&service, id));
    assert!(answered("evt_done").await.expect("in time").is_duplicate());
    assert_eq!(answered("evt_1").await.expect("in time").status, 409);
    store.set(Op::Claim, Mood::Fails);
    assert_eq!(answered("evt_2").await.expect("in time").status, 503);
    store.set(Op::Claim, Mood::Works);

    let waiting = spawn_delivery(&service, "evt_3");
    tokio::time::sleep(seconds(300)).await;
    assert_eq!(calls.count(), 2, "beyond the limit");
    let seen = answered("evt_3").await.expect("in time").status;
    assert_eq!(seen, 409, "held while it waits");
    gate.open();
    gate.open();
    assert_eq!(holder.await.expect("no panic").status, 200);
    assert_eq!(waiting.await.expect("no panic").status, 200);
    assert_eq!(calls.count(), 3);
}

#[tokio::test]
async fn an_error_of_readiness_is_passed_on_and_the_event_released() {
    let (handler, mut handle) = mock::pair::<Request<()>, Response<Body>>();
    handle.send_error("not today");
    let store = MemoryStore::new();
    let mut service = IdempotencyLayer::new(store.clone()).layer(handler);
    let outcome: Result<_, BoxError> = service.call(delivery_of("evt_1")).await;
    let error = outcome.expect_err("not ready");
    assert!(error.to_string().contains("not today"), "{error}");
    assert!(store.is_empty(), "released");
}
