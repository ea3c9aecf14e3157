//! How long an event is held: for as long as its handler runs, but not forever.

use std::time::Duration;

use tokio::time::{Instant, sleep, sleep_until};
use tower::Layer;
use tower_loops::idempotency::{IdempotencyLayer, MemoryStore};

use crate::{
    log::Log,
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Calls, deliver, reply, spawn_delivery},
};

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

const LOST: &str = "ran out while it was handled";
const TOO_LONG: &str = "is held no longer";

#[tokio::test(start_paused = true)]
async fn an_event_is_held_while_its_handler_runs() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(calls.taking(seconds(610), 200));
    let first = spawn_delivery(&service, "evt_1");
    for minute in 0..10 {
        sleep(seconds(60)).await;
        let answer = deliver(&service, "evt_1").await;
        assert_eq!(answer.status, 409, "minute {minute}");
        let left: u64 = answer
            .retry_after
            .expect("a time")
            .parse()
            .expect("seconds");
        assert!((40..=60).contains(&left), "minute {minute}: {left}");
    }
    assert_eq!(first.await.expect("no panic").status, 200);
    assert!(deliver(&service, "evt_1").await.is_duplicate());
    assert_eq!(calls.count(), 1);
    assert_eq!(store.count(Op::Extend), 30, "each third of the lease");

    sleep(seconds(3600)).await;
    assert_eq!(store.count(Op::Extend), 30, "the heart goes on beating");
}

#[tokio::test(start_paused = true)]
async fn the_heartbeat_follows_the_lease() {
    let store = ScriptedStore::default();
    let service = IdempotencyLayer::new(store.clone())
        .with_lease(seconds(3))
        .layer(Calls::default().taking(Duration::from_millis(10_500), 200));
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    assert_eq!(store.count(Op::Extend), 10);
}

#[tokio::test(start_paused = true)]
async fn one_heartbeat_may_fail() {
    for mood in [Mood::Fails, Mood::Hangs] {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let service = IdempotencyLayer::new(store.clone()).layer(calls.taking(seconds(300), 200));
        let start = Instant::now();
        let first = spawn_delivery(&service, "evt_1");
        store.set(Op::Extend, mood);
        sleep(seconds(30)).await;
        store.set(Op::Extend, Mood::Works);
        for at in [55, 65, 90, 299] {
            sleep_until(start + seconds(at)).await;
            assert_eq!(
                deliver(&service, "evt_1").await.status,
                409,
                "{mood:?}, {at}"
            );
        }
        assert_eq!(first.await.expect("no panic").status, 200, "{mood:?}");
        assert_eq!(calls.count(), 1, "{mood:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_hangs_leaves_time_for_the_next_one_however_short_the_lease() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    // The store may take nearly all of the lease for an answer.
    let service = IdempotencyLayer::new(store.clone())
        .with_lease(seconds(3))
        .with_store_timeout(seconds(2))
        .layer(calls.taking(seconds(10), 200));
    let start = Instant::now();
    let first = spawn_delivery(&service, "evt_1");
    store.set(Op::Extend, Mood::Hangs);
    sleep_until(start + Duration::from_millis(1100)).await;
    store.set(Op::Extend, Mood::Works);
    for at in 2..10 {
        sleep_until(start + seconds(at)).await;
        assert_eq!(deliver(&service, "evt_1").await.status, 409, "{at}");
    }
    assert_eq!(first.await.expect("no panic").status, 200);
    assert_eq!(calls.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_ran_out_is_taken_again_where_nobody_has_it() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(calls.taking(seconds(200), 200));
    let (log, _guard) = Log::catch();
    let first = spawn_delivery(&service, "evt_1");
    store.set(Op::Extend, Mood::Fails);
    sleep(seconds(70)).await;
    store.set(Op::Extend, Mood::Works);
    sleep(seconds(20)).await;
    assert_eq!(deliver(&service, "evt_1").await.status, 409);
    assert_eq!(first.await.expect("no panic").status, 200);
    assert_eq!(log.count("WARN", LOST), 0);
    assert!(deliver(&service, "evt_1").await.is_duplicate());
    assert_eq!(calls.count(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_handler_whose_lease_is_lost_goes_on_and_its_success_counts() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let handler = calls.handler(|call| async move {
        sleep(seconds(100)).await;
        reply(if call == 0 { 200 } else { 500 })
    });
    let service = IdempotencyLayer::new(store.clone()).layer(handler);
    let (log, _guard) = Log::catch();
    let first = spawn_delivery(&service, "evt_1");
    store.set(Op::Extend, Mood::Fails);
    sleep(seconds(65)).await;
    let second = spawn_delivery(&service, "evt_1");
    sleep(seconds(1)).await;
    store.set(Op::Extend, Mood::Works);
    assert_eq!(calls.count(), 2, "the lease has run out");

    assert_eq!(first.await.expect("no panic").status, 200);
    assert!(log.count("WARN", LOST) >= 1);
    assert!(!second.is_finished());
    assert!(deliver(&service, "evt_1").await.is_duplicate());
    assert_eq!(second.await.expect("no panic").status, 500);
    assert!(
        deliver(&service, "evt_1").await.is_duplicate(),
        "after a late failure"
    );
    assert_eq!(calls.count(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_handler_that_hangs_frees_its_event_at_last() {
    // The lease and the longest hold, in seconds; the defaults first.
    let rows = [
        (None, 900),
        (Some((60, 900)), 900),
        (Some((60, 890)), 890),
        (Some((60, 20)), 20),
        (Some((60, 60)), 60),
        (Some((60, 70)), 70),
        (Some((5, 7)), 7),
    ];
    for (setting, free_at) in rows {
        let calls = Calls::default();
        let handler = calls.handler(|call| async move {
            if call == 0 {
                sleep(seconds(5000)).await;
            }
            reply(200)
        });
        let mut layer = IdempotencyLayer::new(MemoryStore::new());
        if let Some((lease, max_hold)) = setting {
            layer = layer
                .with_lease(seconds(lease))
                .with_max_hold(seconds(max_hold));
        }
        let service = layer.layer(handler);
        let (log, guard) = Log::catch();
        let start = Instant::now();
        let hung = spawn_delivery(&service, "evt_1");
        sleep_until(start + seconds(free_at) - Duration::from_millis(100)).await;
        assert_eq!(deliver(&service, "evt_1").await.status, 409, "{setting:?}");
        sleep_until(start + seconds(free_at) + Duration::from_millis(100)).await;
        let next = deliver(&service, "evt_1").await;
        assert_eq!((next.status, next.duplicate), (200, None), "{setting:?}");
        assert_eq!(calls.count(), 2, "{setting:?}");

        // It was not stopped, and says in the end what came of it.
        assert_eq!(hung.await.expect("no panic").status, 200, "{setting:?}");
        assert_eq!(start.elapsed().as_secs(), 5000, "{setting:?}");
        assert_eq!(log.count("WARN", TOO_LONG), 1, "{setting:?}");
        drop(guard);
        assert!(
            deliver(&service, "evt_1").await.is_duplicate(),
            "{setting:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_release_waits_for_the_heartbeat_under_way() {
    for (mood, free_at) in [
        (Mood::IsLate(seconds(1)), Duration::from_millis(21_100)),
        (Mood::Hangs, Duration::from_millis(22_100)),
    ] {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let handler = calls.taking(Duration::from_millis(20_500), 500);
        let service = IdempotencyLayer::new(store.clone()).layer(handler);
        store.set(Op::Extend, mood);
        let start = Instant::now();
        let first = spawn_delivery(&service, "evt_1");
        sleep_until(start + Duration::from_millis(20_700)).await;
        assert_eq!(store.count(Op::Extend), 1, "{mood:?}");
        assert_eq!(store.count(Op::Release), 0, "{mood:?}: overtaken");
        sleep_until(start + free_at).await;
        assert_eq!(store.count(Op::Release), 1, "{mood:?}");
        assert_eq!(first.await.expect("no panic").status, 500, "{mood:?}");
        assert_eq!(deliver(&service, "evt_1").await.status, 500, "{mood:?}");
        assert_eq!(calls.count(), 2, "{mood:?}");
    }
}

#[test]
#[should_panic(expected = "zero time")]
fn a_hold_of_zero_is_rejected() {
    let _ = IdempotencyLayer::new(MemoryStore::new()).with_max_hold(Duration::ZERO);
}
