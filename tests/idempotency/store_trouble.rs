//! What each delivery is answered when the store fails, hangs or is full, and when there is nothing verified to ask it about.

use std::time::Duration;

use http::Request;
use tokio::{
    spawn,
    time::{Instant, sleep},
};
use tower::{Layer, ServiceExt};
use tower_loops::idempotency::{IdempotencyLayer, MemoryStore};

use crate::{
    log::Log,
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Answer, Calls, Gate, deliver, spawn_delivery},
};

const MOODS: [Mood; 3] = [Mood::Fails, Mood::Hangs, Mood::WorksAndHangs];

/// Long enough for what goes on in the background, and shorter than a lease.
const A_WHILE: Duration = Duration::from_secs(30);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[tokio::test(start_paused = true)]
async fn a_claim_in_vain_is_answered_503_in_time() {
    for mood in MOODS {
        for timeout in [None, Some(Duration::from_millis(300))] {
            let (store, calls) = (ScriptedStore::default(), Calls::default());
            let mut layer = IdempotencyLayer::new(store.clone());
            if let Some(timeout) = timeout {
                layer = layer.with_store_timeout(timeout);
            }
            let service = layer.layer(calls.succeeding());
            store.set(Op::Claim, mood);
            let start = Instant::now();
            let answer = deliver(&service, "evt_1").await;

            let case = format!("{mood:?}, {timeout:?}");
            let expected = match mood {
                Mood::Fails => Duration::ZERO,
                _ => timeout.unwrap_or(seconds(2)),
            };
            let took = start.elapsed();
            assert!(took >= expected, "{case}: {took:?}");
            assert!(
                took <= expected + Duration::from_millis(2),
                "{case}: {took:?}"
            );
            assert_eq!(answer.status, 503, "{case}");
            assert_eq!(answer.retry_after.as_deref(), Some("5"), "{case}");
            assert_eq!(answer.duplicate, None, "{case}");
            assert_eq!(calls.count(), 0, "{case}");

            // Even where the claim was made: it is released behind the answer.
            store.set(Op::Claim, Mood::Works);
            sleep(A_WHILE).await;
            let releases = store.count(Op::Release);
            if mood == Mood::WorksAndHangs {
                assert_eq!(releases, 1, "{case}");
            } else {
                // It may still be made: the release is tried again for as long as the claim could last.
                assert!((2..20).contains(&releases), "{case}: {releases} releases");
            }
            assert_eq!(deliver(&service, "evt_1").await.status, 200, "{case}");
            assert_eq!(calls.count(), 1, "{case}");
        }
    }
}

#[tokio::test]
async fn a_full_store_is_answered_503_until_there_is_room() {
    let (calls, gate) = (Calls::default(), Gate::new());
    let service =
        IdempotencyLayer::new(MemoryStore::new().with_capacity(1)).layer(calls.waiting_at(&gate));
    let first = spawn_delivery(&service, "evt_1");
    gate.arrival().await;
    let rejected = deliver(&service, "evt_2").await;
    assert_eq!(rejected.status, 503);
    assert_eq!(rejected.retry_after.as_deref(), Some("5"));
    assert_eq!(deliver(&service, "evt_1").await.status, 409);
    gate.open();
    assert_eq!(first.await.expect("no panic").status, 200);

    gate.open();
    assert_eq!(deliver(&service, "evt_2").await.status, 200);
    assert_eq!(calls.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn failing_open_lets_the_handler_run() {
    for mood in [Mood::Fails, Mood::Hangs, Mood::Rejects] {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let layer = || IdempotencyLayer::new(store.clone()).dangerous_fail_open();
        let service = layer().layer(calls.succeeding());
        store.set(Op::Claim, mood);
        store.set(Op::Complete, Mood::Fails);
        let answer = deliver(&service, "evt_1").await;
        assert_eq!((answer.status, answer.duplicate), (200, None), "{mood:?}");
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{mood:?}");
        let other_process = layer().layer(calls.succeeding());
        let answer = deliver(&other_process, "evt_1").await;
        assert_eq!((answer.status, answer.duplicate), (200, None), "{mood:?}");
        assert_eq!(calls.count(), 2, "{mood:?}");

        // A store that works again is asked, and knows by now.
        store.set_all(Mood::Works);
        sleep(A_WHILE).await;
        let other_process = layer().layer(calls.succeeding());
        assert!(
            deliver(&other_process, "evt_1").await.is_duplicate(),
            "{mood:?}"
        );
        assert_eq!(calls.count(), 2, "{mood:?}");
    }
}

#[tokio::test]
async fn what_is_not_verified_is_answered_500_and_logged() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone())
        .dangerous_fail_open()
        .layer(calls.succeeding());
    let (log, _guard) = Log::catch();
    let response = service.oneshot(Request::new(())).await.expect("a response");
    let answer = Answer::of(response).await;
    assert_eq!(answer.status, 500);
    assert_eq!(answer.body, r#"{"error":"Misconfigured"}"#);
    assert_eq!(calls.count(), 0);
    assert_eq!(store.counts(), [0; 4]);
    assert_eq!(log.count("ERROR", "VerifiedEvent"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_success_that_cannot_be_recorded_is_a_success_and_recorded_later() {
    for mood in MOODS {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let service = IdempotencyLayer::new(store.clone()).layer(calls.succeeding());
        store.set(Op::Complete, mood);
        let (log, guard) = Log::catch();
        let start = Instant::now();
        let answer = deliver(&service, "evt_1").await;
        assert_eq!((answer.status, answer.duplicate), (200, None), "{mood:?}");
        let took = start.elapsed();
        assert!(
            took <= seconds(2) + Duration::from_millis(2),
            "{mood:?}: {took:?}"
        );
        assert_eq!(log.count("ERROR", "complete"), 1, "{mood:?}");
        drop(guard);

        store.set(Op::Complete, Mood::Works);
        sleep(A_WHILE).await;
        let tries = store.count(Op::Complete);
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{mood:?}");
        sleep(seconds(3600)).await;
        assert_eq!(store.count(Op::Complete), tries, "{mood:?}: tried on");
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{mood:?}");
        assert_eq!(calls.count(), 1, "{mood:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_is_recorded_before_the_answer_where_a_second_attempt_does_it() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(calls.succeeding());
    store.set(Op::Complete, Mood::Fails);
    spawn({
        let store = store.clone();
        async move {
            sleep(Duration::from_millis(10)).await;
            store.set(Op::Complete, Mood::Works);
        }
    });
    let (log, _guard) = Log::catch();
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    assert_eq!(store.count(Op::Complete), 2);
    assert_eq!(log.count("ERROR", ""), 0);
    assert!(deliver(&service, "evt_1").await.is_duplicate());
}

#[tokio::test(start_paused = true)]
async fn recording_is_given_up_when_an_event_may_be_held_no_longer() {
    let store = ScriptedStore::default();
    let service = IdempotencyLayer::new(store.clone())
        .with_max_hold(seconds(100))
        .layer(Calls::default().succeeding());
    store.set(Op::Complete, Mood::Fails);
    let (log, _guard) = Log::catch();
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    sleep(seconds(90)).await;
    assert_eq!(log.count("ERROR", "could not be recorded"), 0);
    sleep(seconds(20)).await;
    assert_eq!(log.count("ERROR", "could not be recorded"), 1);
    let tries = store.count(Op::Complete);
    sleep(seconds(3600)).await;
    assert_eq!(store.count(Op::Complete), tries);
}
