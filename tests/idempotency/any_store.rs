//! Stores behind other types: each passes every operation on, and what it says back.

use std::{sync::Arc, time::Duration};

use tower::Layer;
use tower_loops::idempotency::{
    AnyStore, Claim, Completion, EventKey, EventStore, IdempotencyLayer, MemoryStore, Retention,
    StoreErrorKind, Token,
};

use crate::{
    scripted_store::{Mood, Op, ScriptedStore},
    support::{Calls, deliver},
};

const LEASE: Duration = Duration::from_secs(60);

/// The whole life of an event, each answer of the store compared, and each failure of it seen.
async fn is_passed_on<St: EventStore>(wrap: impl Fn(ScriptedStore) -> St) {
    let scripted = ScriptedStore::default();
    let store = wrap(scripted.clone());
    let key = EventKey::new("tests", "evt_1");
    let (mine, other) = (Token::random(), Token::random());
    let claim = async |token| store.claim(&key, token, LEASE).await.expect("works");

    assert!(!store.release(&key, mine).await.expect("works"));
    assert_eq!(claim(mine).await, Claim::Claimed);
    assert!(matches!(claim(other).await, Claim::InFlight { retry_after } if retry_after <= LEASE));
    assert!(store.extend(&key, mine, LEASE).await.expect("works"));
    assert!(!store.extend(&key, other, LEASE).await.expect("works"));
    assert!(store.release(&key, mine).await.expect("works"));
    assert_eq!(claim(other).await, Claim::Claimed);
    let retention = Retention::Forever;
    let completed = store.complete(&key, other, retention).await;
    assert_eq!(completed.expect("works"), Completion::Held);
    assert_eq!(claim(mine).await, Claim::Done);
    assert_eq!(scripted.counts(), [4, 2, 1, 2]);

    for op in [Op::Claim, Op::Extend, Op::Complete, Op::Release] {
        scripted.set(op, Mood::Fails);
    }
    let errors = [
        store.claim(&key, mine, LEASE).await.expect_err("fails"),
        store.extend(&key, mine, LEASE).await.expect_err("fails"),
        store
            .complete(&key, mine, retention)
            .await
            .expect_err("fails"),
        store.release(&key, mine).await.expect_err("fails"),
    ];
    for error in errors {
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        let source = std::error::Error::source(&error).expect("a cause");
        assert_eq!(source.to_string(), "as told");
    }
}

#[tokio::test]
async fn any_store_passes_everything_on() {
    is_passed_on(AnyStore::new).await;
    is_passed_on(|store| AnyStore::new(store).clone()).await;
    is_passed_on(|store| AnyStore::new(AnyStore::new(store))).await;
}

#[tokio::test]
async fn a_shared_store_passes_everything_on() {
    is_passed_on(Arc::new).await;
    is_passed_on(|store| Arc::new(Arc::new(store))).await;
}

#[tokio::test]
async fn a_layer_takes_either() {
    let memory = Arc::new(MemoryStore::new());
    let calls = Calls::default();
    let service = IdempotencyLayer::new(Arc::clone(&memory)).layer(calls.succeeding());
    assert_eq!(deliver(&service, "evt_1").await.status, 200);
    let service = IdempotencyLayer::new(AnyStore::new(memory)).layer(calls.succeeding());
    assert!(deliver(&service, "evt_1").await.is_duplicate());
    assert_eq!(calls.count(), 1);
}
