//! Releases in the background: repeated until they succeed, and only of claims that may have taken
//! effect.

use tokio::time::{Instant, sleep, timeout};
use tower::{Layer, Service};
use tower_loops::idempotency::IdempotencyLayer;

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{
        Calls, deliver, deliver_many, delivery_of, millis, paused_runtime, reply, scripted,
        seconds, spawn_delivery,
    },
};

#[tokio::test(start_paused = true)]
async fn a_failed_release_is_repeated_until_the_store_works() {
    for mood in [Mood::Fails, Mood::Hangs, Mood::Panics] {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let handler = calls.handler(|call| async move { reply(if call == 0 { 502 } else { 200 }) });
        let service = IdempotencyLayer::new(store.clone()).layer(handler);
        store.set(Op::Release, mood);
        let start = Instant::now();
        let answer = deliver(&service, "evt_1").await;
        let took = start.elapsed();
        assert_eq!(answer.seen(), (502, "the handler's"), "{mood:?}");
        assert!(took <= millis(2002), "{mood:?}: {took:?}");
        assert_eq!(deliver(&service, "evt_1").await.status, 409, "{mood:?}");
        sleep(seconds(20)).await;

        store.set(Op::Release, Mood::Works);
        sleep(millis(2600)).await;
        let releases = store.count(Op::Release);
        assert_eq!(deliver(&service, "evt_1").await.status, 200, "{mood:?}");
        sleep(seconds(60)).await;
        assert_eq!(store.count(Op::Release), releases, "{mood:?}: repeated");
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_is_not_repeated_after_the_lease() {
    let (store, _, service) = scripted(|calls| calls.taking(seconds(1), 502));
    store.set(Op::Release, Mood::Fails);
    assert_eq!(deliver(&service, "evt_1").await.status, 502);
    sleep(seconds(61)).await;
    let releases = store.count(Op::Release);
    assert_eq!(deliver(&service, "evt_2").await.status, 502);
    assert_eq!(store.count(Op::Release), releases + 1, "only the new one");
}

#[tokio::test(start_paused = true)]
async fn a_claim_with_lost_reply_is_released_after_the_outage() {
    let (store, _, service) = scripted(Calls::succeeding);
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
    let (store, _, service) = scripted(Calls::succeeding);
    store.set(Op::Claim, Mood::Rejects);
    assert_eq!(deliver(&service, "evt_1").await.status, 503);
    sleep(seconds(120)).await;
    assert_eq!(store.count(Op::Release), 0);
}

/// After an outage, deliveries come before releases.
#[tokio::test(start_paused = true)]
async fn releases_of_lost_claims_run_a_few_at_a_time() {
    let (store, _, service) = scripted(Calls::succeeding);
    store.set_all(Mood::Hangs);
    assert_eq!(deliver_many(&service).await, 0);
    sleep(millis(1900)).await;
    assert_eq!(store.count(Op::Release), 4, "at once");

    // A release that found nothing is repeated, rarely; one beyond the limit is dropped.
    store.set_all(Mood::Works);
    sleep(seconds(5)).await;
    let releases = store.count(Op::Release);
    assert!((1_024..=6 * 1_024).contains(&releases), "{releases}");
    sleep(seconds(60)).await;
    let releases = store.count(Op::Release);
    sleep(seconds(60)).await;
    assert_eq!(store.count(Op::Release), releases, "after the leases");
}

#[tokio::test(start_paused = true)]
async fn lost_claims_do_not_delay_the_release_of_a_failed_handler() {
    let (store, _, service) = scripted(|calls| calls.taking(seconds(10), 500));
    let first = spawn_delivery(&service, "evt_failed");
    sleep(seconds(5)).await;
    store.set_all(Mood::Hangs);
    assert_eq!(deliver_many(&service).await, 0);
    assert_eq!(first.await.expect("no panic").status, 500);
    sleep(seconds(3)).await;
    store.set_all(Mood::Works);
    sleep(millis(2600)).await;
    let seen = deliver(&service, "evt_failed").await.status;
    assert_eq!(seen, 500, "not held");
}

/// A connection may be dropped outside its runtime.
#[test]
fn an_attached_delivery_that_is_dropped_while_it_claims_is_released() {
    let runtime = paused_runtime();
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let mut service = IdempotencyLayer::new(store.clone())
        .with_detached_handler(false)
        .layer(calls.succeeding());
    store.set(Op::Claim, Mood::WorksAndHangs);
    let mut delivery = Box::pin(service.call(delivery_of("evt_1")));
    runtime.block_on(async {
        let waited = timeout(seconds(1), delivery.as_mut()).await;
        assert!(waited.is_err(), "it is being claimed");
    });
    drop(delivery);
    store.set(Op::Claim, Mood::Works);
    runtime.block_on(async {
        sleep(seconds(1)).await;
        assert_eq!(deliver(&service, "evt_1").await.status, 200);
    });
    assert_eq!(calls.count(), 1);
}

/// A claim that the engine makes when it continues would hold the event for a lease from then on.
#[tokio::test(start_paused = true)]
async fn a_lost_claim_is_released_after_a_pause_longer_than_the_lease() {
    let (store, _, service) = scripted(Calls::succeeding);
    store.set_all(Mood::Hangs);
    store.set(Op::Claim, Mood::IsMadeAfter(seconds(300)));
    assert_eq!(deliver(&service, "evt_1").await.status, 503);
    sleep(seconds(299)).await;
    store.set_all(Mood::Works);
    sleep(seconds(10)).await;
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
}

#[tokio::test(start_paused = true)]
async fn a_lost_claim_is_released_for_max_hold_at_most() {
    let store = ScriptedStore::default();
    let service = IdempotencyLayer::new(store.clone())
        .with_max_hold(seconds(100))
        .layer(Calls::default().succeeding());
    store.set_all(Mood::Hangs);
    assert_eq!(deliver(&service, "evt_1").await.status, 503);
    sleep(seconds(105)).await;
    let releases = store.count(Op::Release);
    sleep(seconds(600)).await;
    assert_eq!(store.count(Op::Release), releases);
}

/// The lease has expired when the renewal claims the event again, and the handler fails before.
#[tokio::test(start_paused = true)]
async fn a_renewal_with_lost_reply_is_released_when_it_has_taken_effect() {
    let (store, calls, service) = scripted(|calls| calls.taking(seconds(85), 500));
    let first = spawn_delivery(&service, "evt_1");
    sleep(seconds(10)).await;
    store.set(Op::Extend, Mood::Fails);
    sleep(seconds(65)).await;
    store.set(Op::Extend, Mood::Works);
    store.set(Op::Claim, Mood::IsMadeAfter(seconds(10)));
    assert_eq!(first.await.expect("no panic").status, 500);
    store.set(Op::Claim, Mood::Works);
    sleep(seconds(15)).await;
    assert_eq!(deliver(&service, "evt_1").await.status, 500, "not held");
    assert_eq!(calls.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_claim_made_after_a_failure_that_failed_open_is_released() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let layer = IdempotencyLayer::new(store.clone()).dangerous_fail_open();
    let service = layer.layer(calls.taking(millis(1), 500));
    store.set(Op::Claim, Mood::IsMadeAfter(seconds(10)));
    assert_eq!(deliver(&service, "evt_1").await.status, 500);
    store.set(Op::Claim, Mood::Works);
    sleep(seconds(30)).await;
    assert_eq!(deliver(&service, "evt_1").await.status, 500);
    assert_eq!(calls.count(), 2, "within the lease of the late claim");
}
