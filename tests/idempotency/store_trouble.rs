//! The response when the store fails, hangs or panics.

use std::time::Duration;

use tokio::{
    spawn,
    time::{Instant, sleep},
};
use tower::Layer;
use tower_loops::idempotency::IdempotencyLayer;

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Calls, deliver, log, millis, reply, scripted, seconds},
};

const MOODS: [Mood; 3] = [Mood::Fails, Mood::Hangs, Mood::WorksAndHangs];

/// Long enough for the background, and shorter than a lease.
const A_WHILE: Duration = Duration::from_secs(30);

#[tokio::test(start_paused = true)]
async fn a_failed_claim_is_answered_503_and_released() {
    for mood in MOODS {
        let (store, calls, service) = scripted(Calls::succeeding);
        store.set(Op::Claim, mood);
        let answer = deliver(&service, "evt_1").await;
        assert_eq!(answer.status, 503, "{mood:?}");
        assert_eq!(answer.retry_after(), Some("5"), "{mood:?}");
        assert_eq!(calls.count(), 0, "{mood:?}");

        // A claim that took effect is released in the background.
        store.set(Op::Claim, Mood::Works);
        sleep(A_WHILE).await;
        let releases = store.count(Op::Release);
        if mood == Mood::WorksAndHangs {
            assert_eq!(releases, 1, "{mood:?}");
        } else {
            // It may still take effect: the release is repeated while the claim may last.
            assert!((2..20).contains(&releases), "{mood:?}: {releases} releases");
        }
        assert_eq!(deliver(&service, "evt_1").await.status, 200, "{mood:?}");
        assert_eq!(calls.count(), 1, "{mood:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn failing_open_lets_the_handler_run() {
    for mood in [Mood::Fails, Mood::Hangs, Mood::Rejects] {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let layer = || IdempotencyLayer::new(store.clone()).dangerous_fail_open();
        let service = layer().layer(calls.succeeding());
        store.set(Op::Claim, mood);
        store.set(Op::Complete, Mood::Fails);
        assert!(deliver(&service, "evt_1").await.is_handled(), "{mood:?}");
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{mood:?}");
        let other_process = layer().layer(calls.succeeding());
        let answer = deliver(&other_process, "evt_1").await;
        assert!(answer.is_handled(), "{mood:?}");
        assert_eq!(calls.count(), 2, "{mood:?}");

        // Once the store works, the success is recorded, so another process sees a duplicate.
        store.set_all(Mood::Works);
        sleep(A_WHILE).await;
        let other_process = layer().layer(calls.succeeding());
        let answer = deliver(&other_process, "evt_1").await;
        assert!(answer.is_duplicate(), "{mood:?}");
        assert_eq!(calls.count(), 2, "{mood:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_that_cannot_be_recorded_is_a_success_and_recorded_later() {
    for mood in MOODS {
        let (store, calls, service) = scripted(Calls::succeeding);
        store.set(Op::Complete, mood);
        let (log, guard) = log();
        let start = Instant::now();
        assert!(deliver(&service, "evt_1").await.is_handled(), "{mood:?}");
        let took = start.elapsed();
        assert!(took <= seconds(2) + millis(2), "{mood:?}: {took:?}");
        assert_eq!(log.count("ERROR", "complete"), 1, "{mood:?}");

        store.set(Op::Complete, Mood::Works);
        sleep(A_WHILE).await;
        let reports = log.count("WARN", "ran out");
        assert_eq!(reports, 0, "{mood:?}: no lease was lost");
        drop(guard);
        let tries = store.count(Op::Complete);
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{mood:?}");
        sleep(seconds(3600)).await;
        assert_eq!(store.count(Op::Complete), tries, "{mood:?}: tried on");
        assert!(deliver(&service, "evt_1").await.is_duplicate(), "{mood:?}");
        assert_eq!(calls.count(), 1, "{mood:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_is_recorded_before_the_response_if_a_second_attempt_works() {
    let (store, _, service) = scripted(Calls::succeeding);
    store.set(Op::Complete, Mood::Fails);
    spawn({
        let store = store.clone();
        async move {
            sleep(millis(10)).await;
            store.set(Op::Complete, Mood::Works);
        }
    });
    let (log, _guard) = log();
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    assert_eq!(store.count(Op::Complete), 2);
    assert_eq!(log.count("ERROR", ""), 0);
    assert!(deliver(&service, "evt_1").await.is_duplicate());
}

#[tokio::test(start_paused = true)]
async fn a_panic_of_the_store_is_an_error_of_the_store() {
    for detached in [true, false] {
        // The operation, the status of the handler, and the status of the response.
        for (op, status, expected) in [
            (Op::Claim, 200, 503),
            (Op::Extend, 200, 200),
            (Op::Complete, 200, 200),
            (Op::Release, 500, 500),
        ] {
            let (store, calls) = (ScriptedStore::default(), Calls::default());
            let layer = IdempotencyLayer::new(store.clone()).with_detached_handler(detached);
            let service = layer.layer(calls.taking(seconds(30), status));
            store.set(op, Mood::Panics);
            let case = format!("{op:?}, {detached}");
            assert_eq!(deliver(&service, "evt_1").await.status, expected, "{case}");
            store.set(op, Mood::Works);
            sleep(seconds(1)).await;
            let again = deliver(&service, "evt_1").await;
            assert_eq!(again.status, status, "{case}");
            let is_recorded = matches!(op, Op::Extend | Op::Complete);
            assert_eq!(again.is_duplicate(), is_recorded, "{case}");
            assert_eq!(layer.shutdown(Duration::ZERO).await, 0, "{case}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_store_call_has_two_seconds_or_a_third_of_the_lease() {
    // The lease, the store timeout if it is set, and the limit, in ms.
    for (lease, timeout, limit) in [
        (60_000, None, 2_000),
        (3_000, None, 1_000),
        (3_000, Some(300), 300),
        (60_000, Some(50_000), 20_000),
    ] {
        for (op, handler, status) in [
            (Op::Claim, 200, 503),
            (Op::Complete, 200, 200),
            (Op::Release, 500, 500),
        ] {
            let (store, calls) = (ScriptedStore::default(), Calls::default());
            let mut layer = IdempotencyLayer::new(store.clone()).with_lease(millis(lease));
            if let Some(timeout) = timeout {
                layer = layer.with_store_timeout(millis(timeout));
            }
            let service = layer.layer(calls.handler(move |_| async move { reply(handler) }));
            store.set(op, Mood::AnswersLate(millis(limit + 1)));
            let start = Instant::now();
            let case = format!("{op:?}, {lease}, {timeout:?}");
            assert_eq!(deliver(&service, "evt_1").await.status, status, "{case}");
            let took = start.elapsed().as_millis() as u64;
            assert!((limit..=limit + 2).contains(&took), "{case}: {took}");
            store.set(op, Mood::AnswersLate(millis(limit - 2)));
            assert_eq!(deliver(&service, "evt_2").await.status, handler, "{case}");
        }
    }
}
