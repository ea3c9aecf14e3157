//! The conformance suite on the embedded store, by itself and behind the types that pass operations
//! on. It proves the table of operations, leases, races, dropped operations and outages.

use std::{error::Error, sync::Arc};

use tower_loops::idempotency::{
    AnyStore, EventKey, EventStore, MemoryStore, Retention, StoreErrorKind, Token, conformance,
};

use crate::{
    scripted_store::{Mood, ScriptedStore},
    support::seconds,
};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_memory_store_conforms() {
    conformance::run(MemoryStore::new()).await;
}

#[tokio::test(start_paused = true)]
async fn stores_behind_other_types_conform() {
    conformance::run(AnyStore::new(AnyStore::new(MemoryStore::new())).clone()).await;
    conformance::run(Arc::new(Arc::new(MemoryStore::new()))).await;
}

#[tokio::test]
async fn errors_pass_through_other_types() {
    let store = ScriptedStore::default();
    store.set_all(Mood::Fails);
    let store = AnyStore::new(Arc::new(store));
    let (key, token) = (EventKey::new("tests", "evt_1"), Token::random());
    let errors = [
        store.claim(&key, token, seconds(60)).await.err(),
        store.extend(&key, token, seconds(60)).await.err(),
        store.complete(&key, token, Retention::Forever).await.err(),
        store.release(&key, token).await.err(),
    ];
    for error in errors.map(|error| error.expect("it fails")) {
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
        assert_eq!(error.source().expect("a cause").to_string(), "scripted");
    }
}
