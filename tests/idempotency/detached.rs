//! Handlers after a disconnect of the client, and at shutdown.

use std::{
    future::pending,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::pin,
    sync::Arc,
    time::Duration,
};

use testkit::poll::poll_once;
use tokio::{
    runtime::Handle,
    sync::Semaphore,
    task::yield_now,
    time::{Instant, advance, sleep, timeout},
};
use tower::{Layer, Service};
use tower_loops::idempotency::{IdempotencyLayer, MemoryStore};

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{
        Calls, Gate, deliver, delivery_of, millis, paused_runtime, reply, seconds, spawn_delivery,
    },
};

#[tokio::test(start_paused = true)]
async fn a_detached_handler_runs_though_the_future_is_never_polled() {
    for (detached, expected) in [(true, 1), (false, 0)] {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let mut service = IdempotencyLayer::new(store.clone())
            .with_detached_handler(detached)
            .layer(calls.taking(seconds(10), 200));
        drop(service.call(delivery_of("evt_1")));
        sleep(seconds(20)).await;
        assert_eq!(calls.count(), expected, "detached: {detached}");
        assert_eq!(store.count(Op::Claim), expected, "detached: {detached}");
        let answer = deliver(&service, "evt_1").await;
        assert_eq!(answer.is_duplicate(), detached, "detached: {detached}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_attached_handler_is_dropped_with_its_connection_and_its_event_stays_held() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let places = Arc::new(Semaphore::new(1));
    let handler = calls.handler({
        let places = Arc::clone(&places);
        move |call| {
            let place = places.clone().try_acquire_owned();
            async move {
                let _place = place?;
                if call == 0 {
                    pending::<()>().await;
                }
                reply(200)
            }
        }
    });
    let layer = IdempotencyLayer::new(store.clone()).with_detached_handler(false);
    let service = layer.layer(handler);
    let connection = spawn_delivery(&service, "evt_1");
    sleep(seconds(30)).await;
    assert_eq!(places.available_permits(), 0, "it runs");
    connection.abort();
    assert!(connection.await.is_err());
    assert_eq!(places.available_permits(), 1, "dropped midway");

    // The last renewal was at 20 seconds: held until 80.
    sleep(seconds(49)).await;
    let answer = deliver(&service, "evt_1").await;
    let seen = (answer.status.as_u16(), answer.retry_after());
    assert_eq!(seen, (409, Some("1")));
    sleep(seconds(2)).await;
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    assert!(deliver(&service, "evt_1").await.is_duplicate());
    assert_eq!(calls.count(), 2);
    assert_eq!(store.count(Op::Extend), 1);
    let seen = layer.shutdown(Duration::ZERO).await;
    assert_eq!(seen, 0, "counted though dropped");
}

#[tokio::test(start_paused = true)]
async fn shutdown_waits_for_handlers_whose_clients_have_disconnected() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let layer = IdempotencyLayer::new(store.clone());
    let service = layer.clone().layer(calls.taking(seconds(7), 200));
    for id in ["evt_1", "evt_2"] {
        let connection = spawn_delivery(&service, id);
        yield_now().await;
        connection.abort();
    }
    let start = Instant::now();
    assert_eq!(layer.shutdown(seconds(60)).await, 0);
    assert_eq!(start.elapsed().as_secs(), 7);
    assert_eq!(store.count(Op::Complete), 2);

    let before = store.counts();
    let answer = deliver(&service, "evt_3").await;
    let seen = (answer.status.as_u16(), answer.retry_after());
    assert_eq!(seen, (503, Some("5")));
    assert_eq!(deliver(&service, "evt_1").await.status, 503, "a duplicate");
    assert_eq!((calls.count(), store.counts()), (2, before));
    let start = Instant::now();
    assert_eq!(layer.shutdown(seconds(60)).await, 0, "a second time");
    assert_eq!(start.elapsed(), Duration::ZERO, "no handlers");
}

#[tokio::test(start_paused = true)]
async fn shutdown_reports_what_it_abandons_at_the_deadline() {
    let (calls, gate) = (Calls::default(), Gate::new());
    let layer = IdempotencyLayer::new(MemoryStore::new());
    let service = layer.layer(calls.waiting_at(&gate));
    let connections = ["evt_1", "evt_2", "evt_3"].map(|id| spawn_delivery(&service, id));
    for _ in &connections {
        gate.arrival().await;
    }
    gate.open();
    let start = Instant::now();
    assert_eq!(layer.shutdown(seconds(3)).await, 2);
    assert_eq!(start.elapsed().as_secs(), 3);

    // Tasks that were not killed continue.
    gate.open();
    gate.open();
    assert_eq!(layer.shutdown(seconds(3)).await, 0);
    assert_eq!(start.elapsed().as_secs(), 3, "no longer than needed");
    for connection in connections {
        assert_eq!(connection.await.expect("no panic").status, 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_delivery_is_one_task_and_none_if_it_is_attached() {
    for (detached, expected) in [(true, 1), (false, 0)] {
        let store = ScriptedStore::default();
        let mut service = IdempotencyLayer::new(store.clone())
            .with_detached_handler(detached)
            .layer(Calls::default().taking(seconds(10), 200));
        store.set(Op::Complete, Mood::IsLate(seconds(1)));
        let mut response = pin!(service.call(delivery_of("evt_1")));
        for at in [5, 10] {
            let waited = timeout(seconds(5) + Duration::from_millis(100), response.as_mut());
            assert!(waited.await.is_err(), "{at}");
            let tasks = Handle::current().metrics().num_alive_tasks();
            assert_eq!(tasks, expected, "detached: {detached}, second {at}");
        }
        assert_eq!(store.count(Op::Complete), 1, "it is being recorded");
        assert!(response.await.is_ok());
    }
}

#[tokio::test(start_paused = true)]
async fn a_duplicate_spawns_no_task() {
    let store = ScriptedStore::default();
    let mut service = IdempotencyLayer::new(store.clone()).layer(Calls::default().succeeding());
    assert!(!deliver(&service, "evt_1").await.is_duplicate());
    yield_now().await; // The task of the first delivery ends.
    store.set(Op::Claim, Mood::IsLate(seconds(1)));
    let mut duplicate = pin!(service.call(delivery_of("evt_1")));
    assert!(timeout(millis(500), duplicate.as_mut()).await.is_err());
    assert_eq!(Handle::current().metrics().num_alive_tasks(), 0);
    assert!(duplicate.await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_handler_does_not_start_after_its_lease() {
    let calls = Calls::default();
    let layer = IdempotencyLayer::new(MemoryStore::new()).with_lease(seconds(3));
    let mut service = layer.layer(calls.succeeding());
    let mut response = pin!(service.call(delivery_of("evt_1")));
    assert!(
        poll_once(response.as_mut()).is_pending(),
        "claimed, not started"
    );
    advance(seconds(3)).await;
    assert_eq!(response.await.unwrap().status(), 503);
    assert_eq!(calls.count(), 0);
    assert_eq!(
        deliver(&service, "evt_1").await.status,
        200,
        "another one runs"
    );
}

#[tokio::test(start_paused = true)]
async fn a_disconnect_during_the_claim_does_not_cancel_a_detached_delivery() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let mut service = IdempotencyLayer::new(store.clone()).layer(calls.succeeding());
    store.set(Op::Claim, Mood::IsLate(seconds(1)));
    let mut response = Box::pin(service.call(delivery_of("evt_1")));
    assert!(timeout(millis(500), response.as_mut()).await.is_err());
    drop(response);
    sleep(seconds(20)).await;
    assert_eq!((calls.count(), store.count(Op::Complete)), (1, 1));
}

#[test]
fn a_call_outside_a_runtime_panics_before_it_claims() {
    let store = ScriptedStore::default();
    let mut service = IdempotencyLayer::new(store.clone()).layer(Calls::default().succeeding());
    let call = AssertUnwindSafe(|| drop(service.call(delivery_of("evt_1"))));
    assert!(catch_unwind(call).is_err());
    assert_eq!(store.count(Op::Claim), 0);
}

/// A connection may be dropped outside its runtime.
#[test]
fn a_disconnect_does_not_cancel_the_record_of_a_success() {
    for detached in [true, false] {
        let (runtime, store, calls) =
            (paused_runtime(), ScriptedStore::default(), Calls::default());
        let mut service = IdempotencyLayer::new(store.clone())
            .with_detached_handler(detached)
            .layer(calls.succeeding());
        store.set(Op::Complete, Mood::IsLate(seconds(1)));
        let inside = runtime.enter();
        let mut response = Box::pin(service.call(delivery_of("evt_1")));
        drop(inside);
        runtime.block_on(async {
            let waited = timeout(millis(500), response.as_mut());
            assert!(waited.await.is_err(), "it is being recorded");
        });
        drop(response);
        runtime.block_on(async {
            sleep(seconds(120)).await;
            let answer = deliver(&service, "evt_1").await;
            assert!(answer.is_duplicate() && calls.count() == 1, "{detached}");
        });
    }
}
