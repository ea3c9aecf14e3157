//! Releases behind the answer: repeated until they are made, and only where there may be something to release.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tower::{Layer, Service};
use tower_loops::idempotency::IdempotencyLayer;

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Calls, deliver, deliver_many, delivery_of, payload, reply, spawn_delivery},
};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_release_that_fails_is_repeated_until_the_store_is_back() {
    for mood in [Mood::Fails, Mood::Hangs, Mood::Panics] {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let handler = calls.handler(|call| async move { reply(if call == 0 { 502 } else { 200 }) });
        let service = IdempotencyLayer::new(store.clone()).layer(handler);
        store.set(Op::Release, mood);
        let start = Instant::now();
        let answer = deliver(&service, "evt_1").await;
        let took = start.elapsed();
        let expected = (502, "the handler's");
        assert_eq!((answer.status, answer.body.as_str()), expected, "{mood:?}");
        assert!(took <= Duration::from_millis(2002), "{mood:?}: {took:?}");
        assert_eq!(deliver(&service, "evt_1").await.status, 409, "{mood:?}");
        sleep(seconds(20)).await;

        store.set(Op::Release, Mood::Works);
        sleep(Duration::from_millis(2600)).await;
        let releases = store.count(Op::Release);
        assert_eq!(deliver(&service, "evt_1").await.status, 200, "{mood:?}");
        sleep(seconds(60)).await;
        assert_eq!(store.count(Op::Release), releases, "{mood:?}: repeated on");
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_is_given_up_when_the_lease_has_ended_by_itself() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(calls.taking(seconds(1), 502));
    store.set(Op::Release, Mood::Fails);
    assert_eq!(deliver(&service, "evt_1").await.status, 502);
    sleep(seconds(61)).await;
    let releases = store.count(Op::Release);
    assert_eq!(deliver(&service, "evt_2").await.status, 502);
    assert_eq!(store.count(Op::Release), releases + 1, "only the new one");
}

#[tokio::test(start_paused = true)]
async fn a_claim_whose_answer_was_lost_is_released_when_the_store_is_back() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(calls.succeeding());
    store.set(Op::Claim, Mood::WorksAndHangs);
    store.set(Op::Release, Mood::Fails);
    assert_eq!(deliver(&service, "evt_1").await.status, 503);
    sleep(seconds(10)).await;
    store.set(Op::Claim, Mood::Works);
    assert_eq!(deliver(&service, "evt_1").await.status, 409, "still held");
    store.set(Op::Release, Mood::Works);
    sleep(seconds(1)).await;
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_claim_without_effect_is_not_released() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(calls.succeeding());
    store.set(Op::Claim, Mood::Rejects);
    assert_eq!(deliver(&service, "evt_1").await.status, 503);
    sleep(seconds(120)).await;
    assert_eq!(store.count(Op::Release), 0);
}

/// A store that is back belongs to the deliveries: what releases take of it is limited.
#[tokio::test(start_paused = true)]
async fn releases_of_lost_claims_are_few_at_a_time() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(calls.succeeding());
    store.set_all(Mood::Hangs);
    assert_eq!(deliver_many(&service).await, 0);
    sleep(Duration::from_millis(1900)).await;
    assert_eq!(store.count(Op::Release), 4, "at once");

    // A release that has nothing to release comes again, but seldom; what found no place never does.
    store.set_all(Mood::Works);
    sleep(seconds(5)).await;
    let releases = store.count(Op::Release);
    assert!((1_024..=6 * 1_024).contains(&releases), "{releases}");
    sleep(seconds(60)).await;
    let releases = store.count(Op::Release);
    sleep(seconds(60)).await;
    assert_eq!(store.count(Op::Release), releases, "after the leases");
}

/// Releases of lost claims take no place from those of handlers that failed.
#[tokio::test(start_paused = true)]
async fn lost_claims_do_not_delay_the_release_of_a_failed_handler() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(calls.taking(seconds(10), 500));
    let first = spawn_delivery(&service, "evt_failed");
    sleep(seconds(5)).await;
    store.set_all(Mood::Hangs);
    assert_eq!(deliver_many(&service).await, 0);
    assert_eq!(first.await.expect("no panic").status, 500);
    sleep(seconds(3)).await;
    store.set_all(Mood::Works);
    sleep(Duration::from_millis(2600)).await;
    assert_eq!(
        deliver(&service, "evt_failed").await.status,
        500,
        "not held"
    );
}

#[tokio::test(start_paused = true)]
async fn an_attached_delivery_that_is_dropped_while_it_claims_is_released() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let mut service = IdempotencyLayer::new(store.clone())
        .with_detached_handler(false)
        .layer(calls.succeeding());
    store.set(Op::Claim, Mood::WorksAndHangs);
    let delivery = tokio::spawn(service.call(delivery_of(&payload("evt_1"))));
    sleep(seconds(1)).await;
    delivery.abort();
    store.set(Op::Claim, Mood::Works);
    sleep(seconds(1)).await;
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    assert_eq!(calls.count(), 1);
}
