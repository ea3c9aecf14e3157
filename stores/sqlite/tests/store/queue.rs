//! The queue of the store's thread.

use std::error::Error;

use testkit::poll::until;
use tower_loops::idempotency::{Claim, Completion, EventStore, Retention, StoreErrorKind, Token};

use crate::support::{Folder, LONG, begin, claim, key, rows};

#[tokio::test]
async fn a_full_queue_rejects_claims_and_takes_completions() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(LONG);
    let (held, token) = (key("held"), Token::random());
    store.claim(&held, token, LONG).await.expect("claimed");
    let lock = folder.lock();
    let mut waiting = Vec::new();
    for number in 0..10_000 {
        let store = store.clone();
        let key = key(&format!("evt_{number}"));
        waiting.push(begin(async move { store.claim(&key, token, LONG).await }).await);
    }
    let error = store.claim(&key("one_more"), token, LONG).await;
    let error = error.expect_err("the queue is full");
    assert_eq!(error.kind(), StoreErrorKind::Full);
    assert!(!error.may_have_taken_effect());
    let cause = error.source().expect("a cause").to_string();
    assert!(cause.contains("limit the concurrent requests"), "{cause}");

    let complete = begin(store.complete(&held, token, Retention::Forever)).await;
    drop(lock);
    assert_eq!(complete.await.expect("completed"), Completion::Held);
    for claim in waiting {
        assert_eq!(claim.await.expect("claimed"), Claim::Claimed);
    }
    assert_eq!(claim(&store, "one_more").await, Claim::Claimed);
}

#[tokio::test]
async fn operations_whose_futures_were_dropped_do_not_run() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(LONG);
    let token = Token::random();
    let lock = folder.lock();
    for number in 0..100 {
        let key = key(&format!("evt_{number}"));
        drop(begin(store.claim(&key, token, LONG)).await);
        drop(begin(store.complete(&key, token, Retention::Forever)).await);
    }
    drop(lock);
    assert_eq!(claim(&store, "awaited").await, Claim::Claimed);
    assert_eq!(rows(&folder.connection()), 1);
}

/// The last connection of a file removes its log.
#[tokio::test]
async fn the_thread_ends_with_the_last_handle() {
    let folder = Folder::new();
    let log = folder.path().join("events.db-wal");
    let store = folder.open();
    let clone = store.clone();
    drop(store);
    assert_eq!(claim(&clone, "evt_1").await, Claim::Claimed);
    assert!(log.exists());
    drop(clone);
    until("closed", async || !log.exists()).await;
}
