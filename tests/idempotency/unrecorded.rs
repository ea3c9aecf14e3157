//! Successes that are not yet recorded: none is lost, and the same process handles none again.

use std::time::Duration;

use testkit::delivery::{event, passed_on};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep},
};
use tower::{Layer, Service};
use tower_loops::idempotency::{Claim, EventKey, EventStore, IdempotencyLayer, Token};

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{
        Calls, Gate, MANY, deliver, deliver_many, log, millis, scripted, seconds, spawn_delivery,
    },
};

const MOODS: [Mood; 4] = [Mood::Fails, Mood::Hangs, Mood::WorksAndHangs, Mood::Panics];

/// Whether the event is recorded in the store behind the script.
async fn is_recorded(store: &ScriptedStore, id: &str) -> bool {
    let key = EventKey::new("default", &format!("charge.succeeded:{id}"));
    let claim = store.memory.claim(&key, Token::random(), seconds(60)).await;
    claim.expect("it works") == Claim::Done
}

#[tokio::test(start_paused = true)]
async fn failed_claims_do_not_displace_successes() {
    for mood in MOODS {
        let gate = Gate::new();
        let (store, _, service) = scripted(|calls| calls.waiting_at(&gate));
        let first = spawn_delivery(&service, "evt_first");
        gate.arrival().await;
        store.set_all(mood);
        assert_eq!(deliver_many(&service).await, 0, "{mood:?}");
        gate.open();
        assert_eq!(first.await.expect("no panic").status, 200, "{mood:?}");
        sleep(seconds(300)).await;
        store.set_all(Mood::Works);
        sleep(seconds(3)).await;
        assert!(is_recorded(&store, "evt_first").await, "{mood:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn none_of_a_burst_of_successes_is_lost() {
    let store = ScriptedStore::default();
    let layer = IdempotencyLayer::new(store.clone());
    let service = layer.layer(Calls::default().succeeding());
    store.set(Op::Complete, Mood::Fails);
    assert_eq!(deliver_many(&service).await, MANY);
    assert_eq!(layer.shutdown(seconds(60)).await, MANY, "they wait");
    store.set(Op::Complete, Mood::Works);
    assert_eq!(layer.shutdown(seconds(10)).await, 0, "they still wait");
    for number in 0..MANY {
        let id = format!("evt_{number}");
        assert!(is_recorded(&store, &id).await, "{id}");
    }
}

#[tokio::test(start_paused = true)]
async fn redeliveries_of_a_success_not_yet_recorded_are_duplicates() {
    for mood in MOODS {
        let gate = Gate::new();
        let (store, calls, service) = scripted(|calls| calls.waiting_at(&gate));
        let first = spawn_delivery(&service, "evt_1");
        gate.arrival().await;
        store.set_all(mood);
        gate.open();
        sleep(millis(1)).await;
        let claims = store.count(Op::Claim);
        // Before the response, after it, and long after the lease.
        for pause in [0, 10, 600] {
            sleep(seconds(pause)).await;
            let start = Instant::now();
            let answer = deliver(&service, "evt_1").await;
            assert!(answer.is_duplicate(), "{mood:?}, {pause}");
            assert_eq!(start.elapsed(), Duration::ZERO, "{mood:?}, {pause}");
        }
        let seen = store.count(Op::Claim);
        assert_eq!(seen, claims, "{mood:?}: the store is asked");
        assert_eq!(first.await.expect("no panic").status, 200, "{mood:?}");

        // The first delivery after the outage finds the lease expired.
        store.set_all(Mood::Works);
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{mood:?}");
        sleep(seconds(3)).await;
        assert!(is_recorded(&store, "evt_1").await, "{mood:?}");
        assert_eq!(calls.count(), 1, "{mood:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_is_recorded_within_half_a_second_after_an_outage() {
    let (store, _, service) = scripted(Calls::succeeding);
    store.set(Op::Complete, Mood::Fails);
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    sleep(seconds(600)).await;
    let tries = store.count(Op::Complete);
    assert!((1_500..=3_100).contains(&tries), "{tries} in 600 seconds");
    store.set(Op::Complete, Mood::Works);
    sleep(millis(500)).await;
    assert!(is_recorded(&store, "evt_1").await);
}

/// The redelivery claims when the first handler is assumed to hang, and the reply comes after its
/// success.
#[tokio::test(start_paused = true)]
async fn a_success_during_the_claim_of_a_redelivery_makes_it_a_duplicate() {
    let (store, calls, gate) = (ScriptedStore::default(), Calls::default(), Gate::new());
    let service = IdempotencyLayer::new(store.clone())
        .with_max_hold(seconds(60))
        .layer(calls.waiting_at(&gate));
    let first = spawn_delivery(&service, "evt_1");
    gate.arrival().await;
    sleep(seconds(65)).await;
    store.set(Op::Claim, Mood::AnswersLate(seconds(1)));
    let redelivery = spawn_delivery(&service, "evt_1");
    sleep(millis(500)).await;
    // Two permits: a second handler, started by mistake, must not block the test.
    gate.open();
    gate.open();
    assert_eq!(first.await.expect("no panic").status, 200);
    // Before the redelivery hears of its claim.
    assert!(is_recorded(&store, "evt_1").await);
    assert!(redelivery.await.expect("no panic").is_duplicate());
    assert_eq!(calls.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn recording_ends_with_the_attempt_under_way_at_max_hold() {
    for mood in [Mood::Fails, Mood::Hangs] {
        let store = ScriptedStore::default();
        let layer = IdempotencyLayer::new(store.clone()).with_max_hold(seconds(100));
        let service = layer.layer(Calls::default().succeeding());
        store.set(Op::Complete, mood);
        let (log, _guard) = log();
        assert_eq!(deliver(&service, "evt_1").await.status, 200, "{mood:?}");
        sleep(seconds(97)).await;
        assert_eq!(log.count("ERROR", "could not be recorded"), 0, "{mood:?}");
        sleep(seconds(10)).await;
        assert_eq!(log.count("ERROR", "could not be recorded"), 1, "{mood:?}");
        let tries = store.count(Op::Complete);
        sleep(seconds(3600)).await;
        assert_eq!(store.count(Op::Complete), tries, "{mood:?}");
        assert_eq!(layer.shutdown(Duration::ZERO).await, 0, "{mood:?}");

        // It is forgotten.
        store.set(Op::Complete, Mood::Works);
        let service = IdempotencyLayer::new(store).layer(Calls::default().succeeding());
        assert!(!deliver(&service, "evt_1").await.is_duplicate(), "{mood:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn with_a_hundred_thousand_waiting_new_events_are_answered_503() {
    const MAX: usize = 100_000;
    let (store, calls, gate) = (ScriptedStore::default(), Calls::default(), Gate::new());
    // Unclaimed deliveries of one event: to sign as many events takes minutes.
    let layer = IdempotencyLayer::new(store.clone()).dangerous_fail_open();
    let mut service = layer.layer(calls.waiting_at(&gate));
    store.set(Op::Claim, Mood::Rejects);
    store.set(Op::Complete, Mood::Hangs);
    let event = event("evt_1");
    let mut deliveries = JoinSet::new();
    for _ in 0..MAX {
        deliveries.spawn(service.call(passed_on(event.clone())));
    }
    for _ in 0..MAX {
        gate.arrival().await;
    }
    for _ in 1..MAX {
        gate.open();
    }
    sleep(seconds(1)).await;
    assert_eq!(deliver(&service, "evt_1").await.status, 200, "known");
    gate.open();
    sleep(seconds(1)).await;
    let (log, _guard) = log();
    let claims = store.count(Op::Claim);
    let answer = deliver(&service, "evt_new").await;
    let seen = (answer.status.as_u16(), answer.retry_after());
    assert_eq!(seen, (503, Some("5")));
    assert_eq!(log.count("ERROR", "too many"), 1);
    let known = deliver(&service, "evt_1").await;
    assert!(known.is_duplicate(), "{known:?}");
    assert_eq!((store.count(Op::Claim), calls.count()), (claims, MAX));

    store.set_all(Mood::Works);
    assert_eq!(layer.shutdown(seconds(60)).await, 0, "they still wait");
    assert!(is_recorded(&store, "evt_1").await);
}
