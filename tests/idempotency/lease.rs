//! The lease of an event: counted from the start of the claim, renewed while the handler runs, and
//! limited by `max_hold`.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tower::Layer;
use tower_loops::idempotency::{IdempotencyLayer, MemoryStore};

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Calls, Gate, deliver, log, millis, reply, scripted, seconds, spawn_delivery},
};

const LOST: &str = "ran out while it was handled";
const TOO_LONG: &str = "is held no longer";

#[tokio::test(start_paused = true)]
async fn an_event_is_held_while_its_handler_runs() {
    let (store, calls, service) = scripted(|calls| calls.taking(seconds(610), 200));
    let first = spawn_delivery(&service, "evt_1");
    for minute in 0..10 {
        sleep(seconds(60)).await;
        let answer = deliver(&service, "evt_1").await;
        assert_eq!(answer.status, 409, "minute {minute}");
        let left = answer.retry_after().expect("a time");
        let left: u64 = left.parse().expect("seconds");
        assert!((40..=60).contains(&left), "minute {minute}: {left}");
    }
    assert!(first.await.expect("no panic").is_handled());
    assert!(deliver(&service, "evt_1").await.is_duplicate());
    assert_eq!(calls.count(), 1);
    assert_eq!(store.count(Op::Extend), 30, "each third of the lease");
    sleep(seconds(3600)).await;
    assert_eq!(store.count(Op::Extend), 30, "renewed after the handler");
}

#[tokio::test(start_paused = true)]
async fn one_renewal_may_fail_or_hang() {
    // The lease and the store timeout, which is longer than a third of the short lease.
    for (lease, timeout) in [(60, 2), (3, 2)] {
        for mood in [Mood::Fails, Mood::Hangs] {
            let (store, calls) = (ScriptedStore::default(), Calls::default());
            let service = IdempotencyLayer::new(store.clone())
                .with_lease(seconds(lease))
                .with_store_timeout(seconds(timeout))
                .layer(calls.taking(seconds(4 * lease), 200));
            let start = Instant::now();
            let first = spawn_delivery(&service, "evt_1");
            store.set(Op::Extend, mood);
            sleep(seconds(lease) * 11 / 30).await;
            store.set(Op::Extend, Mood::Works);
            for part in 8..40 {
                sleep_until(start + seconds(lease) * part / 10).await;
                let status = deliver(&service, "evt_1").await.status;
                assert_eq!(status, 409, "{lease}, {mood:?}, {part}");
            }
            assert!(first.await.expect("no panic").is_handled(), "{mood:?}");
            assert_eq!(calls.count(), 1, "{mood:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn an_expired_lease_is_claimed_again_if_no_other_has_it() {
    let (store, calls, service) = scripted(|calls| calls.taking(seconds(200), 200));
    let (log, _guard) = log();
    let first = spawn_delivery(&service, "evt_1");
    store.set(Op::Extend, Mood::Fails);
    sleep(seconds(70)).await;
    store.set(Op::Extend, Mood::Works);
    sleep(seconds(20)).await;
    assert_eq!(deliver(&service, "evt_1").await.status, 409);
    assert!(first.await.expect("no panic").is_handled());
    assert_eq!(log.count("WARN", LOST), 0);
    assert_eq!(calls.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_handler_with_a_lost_lease_goes_on_and_its_success_counts() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let handler = calls.handler(|call| async move {
        sleep(seconds(100)).await;
        reply(if call == 0 { 200 } else { 500 })
    });
    let service = IdempotencyLayer::new(store.clone()).layer(handler.clone());
    let other_process = IdempotencyLayer::new(store.clone()).layer(handler);
    let (log, _guard) = log();
    let first = spawn_delivery(&service, "evt_1");
    store.set(Op::Extend, Mood::Fails);
    sleep(seconds(65)).await;
    let second = spawn_delivery(&other_process, "evt_1");
    sleep(seconds(1)).await;
    store.set(Op::Extend, Mood::Works);
    assert_eq!(calls.count(), 2, "the lease has expired");

    assert!(first.await.expect("no panic").is_handled());
    assert!(log.count("WARN", LOST) >= 1);
    assert!(deliver(&service, "evt_1").await.is_duplicate());
    assert_eq!(second.await.expect("no panic").status, 500);
    let after_a_late_failure = deliver(&service, "evt_1").await;
    assert!(after_a_late_failure.is_duplicate());
    assert_eq!(calls.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_hangs_holds_its_event_for_max_hold() {
    // The lease and `max_hold`, in seconds; the defaults first. Zero counts as one second.
    for (setting, free_at) in [
        (None, 900),
        (Some((60, 890)), 890),
        (Some((60, 20)), 20),
        (Some((60, 60)), 60),
        (Some((60, 70)), 70),
        (Some((5, 7)), 7),
        (Some((60, 0)), 1),
    ] {
        let calls = Calls::default();
        let handler = calls.handler(|call| async move {
            sleep(seconds(if call == 0 { 5000 } else { 0 })).await;
            reply(200)
        });
        let mut layer = IdempotencyLayer::new(MemoryStore::new());
        if let Some((lease, max_hold)) = setting {
            layer = layer
                .with_lease(seconds(lease))
                .with_max_hold(seconds(max_hold));
        }
        let service = layer.layer(handler);
        let (log, guard) = log();
        let start = Instant::now();
        let hung = spawn_delivery(&service, "evt_1");
        sleep_until(start + seconds(free_at) - millis(100)).await;
        assert_eq!(deliver(&service, "evt_1").await.status, 409, "{setting:?}");
        sleep_until(start + seconds(free_at) + millis(100)).await;
        assert!(deliver(&service, "evt_1").await.is_handled(), "{setting:?}");

        // It is not stopped, and its response is sent.
        assert!(hung.await.expect("no panic").is_handled(), "{setting:?}");
        assert_eq!(start.elapsed().as_secs(), 5000, "{setting:?}");
        assert_eq!(log.count("WARN", TOO_LONG), 1, "{setting:?}");
        assert_eq!(calls.count(), 2, "{setting:?}");
        drop(guard);
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_does_not_wait_for_the_renewal_under_way() {
    let (store, _, service) = scripted(|calls| calls.taking(millis(20_500), 200));
    store.set(Op::Extend, Mood::Hangs);
    let start = Instant::now();
    assert!(deliver(&service, "evt_1").await.is_handled());
    assert_eq!(store.count(Op::Extend), 1);
    assert_eq!(start.elapsed(), millis(20_500));
    assert!(deliver(&service, "evt_1").await.is_duplicate());
}

#[tokio::test(start_paused = true)]
async fn a_release_waits_for_the_renewal_under_way() {
    for (mood, free_at) in [(Mood::IsLate(seconds(1)), 21_100), (Mood::Hangs, 22_100)] {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let handler = calls.taking(millis(20_500), 500);
        let service = IdempotencyLayer::new(store.clone()).layer(handler);
        store.set(Op::Extend, mood);
        let start = Instant::now();
        let first = spawn_delivery(&service, "evt_1");
        sleep_until(start + millis(20_700)).await;
        let seen = (store.count(Op::Extend), store.count(Op::Release));
        assert_eq!(seen, (1, 0), "{mood:?}");
        sleep_until(start + millis(free_at)).await;
        assert_eq!(store.count(Op::Release), 1, "{mood:?}");
        assert_eq!(first.await.expect("no panic").status, 500, "{mood:?}");
        assert_eq!(deliver(&service, "evt_1").await.status, 500, "{mood:?}");
        assert_eq!(calls.count(), 2, "{mood:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_lease_counts_from_the_start_of_the_claim() {
    let store = ScriptedStore::default();
    let service = IdempotencyLayer::new(store.clone())
        .with_lease(millis(3_000))
        .layer(Calls::default().taking(millis(10_000), 200));
    store.set(Op::Claim, Mood::AnswersLate(millis(900)));
    let delivery = spawn_delivery(&service, "evt_1");
    sleep(millis(990)).await;
    assert_eq!(store.count(Op::Extend), 0);
    sleep(millis(20)).await;
    assert_eq!(store.count(Op::Extend), 1, "a third after the start");
    assert!(delivery.await.expect("no panic").is_handled());
}

#[tokio::test]
async fn a_claim_answered_after_its_lease_starts_no_handler() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    store.set(Op::Claim, Mood::Blocks(millis(1_000)));
    let layer = IdempotencyLayer::new(store).with_lease(millis(1_000));
    let service = layer.layer(calls.succeeding());
    assert_eq!(deliver(&service, "evt_1").await.status, 503);
    assert_eq!(calls.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lease_below_a_second_counts_as_one_and_the_longest_is_accepted() {
    for lease in [Duration::ZERO, Duration::from_nanos(1), millis(999)] {
        let (store, calls, gate) = (ScriptedStore::default(), Calls::default(), Gate::new());
        let process = || IdempotencyLayer::new(store.clone()).with_lease(lease);
        let service = process().layer(calls.waiting_at(&gate));
        let other_process = process().layer(calls.waiting_at(&gate));
        store.set(Op::Extend, Mood::Fails);
        let _first = spawn_delivery(&service, "evt_1");
        gate.arrival().await;
        sleep(millis(990)).await;
        let status = deliver(&other_process, "evt_1").await.status;
        assert_eq!(status, 409, "{lease:?}");
        sleep(millis(20)).await;
        let _second = spawn_delivery(&other_process, "evt_1");
        sleep(millis(1)).await;
        assert_eq!(calls.count(), 2, "{lease:?}");
    }
    let service = IdempotencyLayer::new(MemoryStore::new())
        .with_lease(Duration::MAX)
        .with_max_hold(Duration::MAX)
        .with_store_timeout(Duration::MAX)
        .layer(Calls::default().taking(millis(200_000_000), 200));
    assert!(deliver(&service, "evt_1").await.is_handled());
    assert!(deliver(&service, "evt_1").await.is_duplicate());
}
