//! No handler starts after its lease has expired: the lease counts from the start of the claim, and each call has a limit.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use tower::Layer;
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, IdempotencyLayer, MemoryStore, Retention, StoreError,
    Token,
};

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Calls, Gate, deliver, reply, spawn_delivery},
};

const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// The limit of a call: 2 seconds, or what is set, or a third of the lease.
const LIMITS: [(Duration, Option<Duration>, Duration); 4] = [
    (millis(60_000), None, millis(2_000)),
    (millis(3_000), None, millis(1_000)),
    (millis(3_000), Some(millis(300)), millis(300)),
    (millis(60_000), Some(millis(50_000)), millis(20_000)),
];

#[tokio::test(start_paused = true)]
async fn a_claim_has_a_third_of_its_lease_at_most() {
    for (lease, timeout, limit) in LIMITS {
        let (store, calls) = (ScriptedStore::default(), Calls::default());
        let mut layer = IdempotencyLayer::new(store.clone()).with_lease(lease);
        if let Some(timeout) = timeout {
            layer = layer.with_store_timeout(timeout);
        }
        let service = layer.layer(calls.succeeding());
        store.set(Op::Claim, Mood::AnswersLate(limit + millis(1)));
        let start = Instant::now();
        let answer = deliver(&service, "evt_1").await;
        let took = start.elapsed();
        assert_eq!(answer.status, 503, "{lease:?}, {timeout:?}");
        assert!(took >= limit && took <= limit + millis(2), "{took:?}");
        store.set(Op::Claim, Mood::AnswersLate(limit - millis(2)));
        assert_eq!(deliver(&service, "evt_2").await.status, 200, "{lease:?}");
        assert_eq!(calls.count(), 1, "{lease:?}, {timeout:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_other_calls_have_a_third_of_the_lease_at_most() {
    for (op, status) in [(Op::Complete, 200), (Op::Release, 500)] {
        let store = ScriptedStore::default();
        let handler = Calls::default().handler(move |_| async move { reply(status) });
        let service = IdempotencyLayer::new(store.clone())
            .with_lease(millis(1_500))
            .layer(handler);
        store.set(op, Mood::Hangs);
        let start = Instant::now();
        assert_eq!(deliver(&service, "evt_1").await.status, status);
        let took = start.elapsed();
        assert!(
            took >= millis(500) && took <= millis(502),
            "{op:?}: {took:?}"
        );
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
    assert_eq!(delivery.await.expect("no panic").status, 200);
}

/// It blocks its thread for longer than a lease before it answers: no timer can end that.
struct BlockingStore(MemoryStore);

impl EventStore for BlockingStore {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let claim = self.0.claim(key, token, lease).await;
        let start = std::time::Instant::now();
        while start.elapsed() <= lease {
            std::thread::yield_now();
        }
        claim
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        self.0.extend(key, token, lease).await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        self.0.complete(key, token, retention).await
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        self.0.release(key, token).await
    }
}

#[tokio::test]
async fn a_claim_answered_after_its_lease_starts_no_handler() {
    let calls = Calls::default();
    let service = IdempotencyLayer::new(BlockingStore(MemoryStore::new()))
        .with_lease(millis(1_000))
        .layer(calls.succeeding());
    assert_eq!(deliver(&service, "evt_1").await.status, 503);
    assert_eq!(calls.count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_lease_below_a_second_counts_as_one() {
    for lease in [Duration::ZERO, Duration::from_nanos(1), millis(999)] {
        let (store, gate) = (ScriptedStore::default(), Gate::new());
        let service = IdempotencyLayer::new(store.clone())
            .with_lease(lease)
            .layer(Calls::default().waiting_at(&gate));
        store.set(Op::Extend, Mood::Fails);
        let _first = spawn_delivery(&service, "evt_1");
        gate.arrival().await;
        sleep(millis(990)).await;
        assert_eq!(deliver(&service, "evt_1").await.status, 409, "{lease:?}");
        sleep(millis(20)).await;
        gate.open();
        gate.open();
        assert_eq!(deliver(&service, "evt_1").await.status, 200, "{lease:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn the_longest_lease_is_as_good_as_another() {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store)
        .with_lease(Duration::MAX)
        .with_max_hold(Duration::MAX)
        .with_store_timeout(Duration::MAX)
        .layer(calls.taking(millis(200_000_000), 200));
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    assert!(deliver(&service, "evt_1").await.is_duplicate());
}
