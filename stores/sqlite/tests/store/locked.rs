//! A database that another connection has locked.

use std::time::{Duration, Instant};

use testkit::endpoint::Endpoint;
use tower_loops::idempotency::{Claim, EventStore, Retention, StoreError, StoreErrorKind, Token};

use crate::support::{Folder, LONG, begin, claim, key, rows};

const BUSY_TIMEOUT: Duration = Duration::from_millis(200);
/// For a machine that is busy; much less than 64 busy timeouts.
const ENOUGH: Duration = Duration::from_secs(8);

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_fails_within_the_busy_timeout_and_works_again_afterwards() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(BUSY_TIMEOUT);
    let (held, token) = (key("held"), Token::random());
    store.claim(&held, token, LONG).await.expect("claimed");

    let lock = folder.lock();
    let retention = Retention::For(LONG);
    unavailable("claim", || store.claim(&held, token, LONG)).await;
    unavailable("extend", || store.extend(&held, token, LONG)).await;
    unavailable("complete", || store.complete(&held, token, retention)).await;
    unavailable("release", || store.release(&held, token)).await;
    unavailable("purge", || store.purge_expired(1)).await;
    drop(lock);

    assert!(store.extend(&held, token, LONG).await.expect("works again"));
    assert_eq!(claim(&store, "another").await, Claim::Claimed);
}

async fn unavailable<T, F>(operation: &str, call: impl FnOnce() -> F)
where
    T: std::fmt::Debug,
    F: Future<Output = Result<T, StoreError>>,
{
    let begun = Instant::now();
    let error = call().await.expect_err(operation);
    let taken = begun.elapsed();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{operation}");
    assert!(!error.may_have_taken_effect(), "{operation}");
    assert!(taken >= BUSY_TIMEOUT / 2, "{operation} gave up at once");
    assert!(taken < ENOUGH, "{operation} took {taken:?}");
}

#[tokio::test]
async fn without_a_busy_timeout_an_operation_fails_only_if_it_would_wait() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(Duration::ZERO);
    assert_eq!(claim(&store, "one").await, Claim::Claimed);
    let lock = folder.lock();
    let error = store.claim(&key("other"), Token::random(), LONG).await;
    let error = error.expect_err("locked");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    drop(lock);
    assert_eq!(claim(&store, "other").await, Claim::Claimed);
}

/// Each waits for its turn as well as for the lock: together no longer than for one of them.
#[tokio::test(flavor = "multi_thread")]
async fn many_operations_at_once_fail_together() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(BUSY_TIMEOUT);
    let lock = folder.lock();
    let begun = Instant::now();
    let claims = (0..64).map(|number| {
        let store = store.clone();
        let key = key(&format!("evt_{number}"));
        tokio::spawn(async move { store.claim(&key, Token::random(), LONG).await })
    });
    for claim in claims.collect::<Vec<_>>() {
        let error = claim.await.expect("no panic").expect_err("locked");
        assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    }
    let taken = begun.elapsed();
    assert!(taken < ENOUGH, "64 claims took {taken:?}");
    drop(lock);
    assert_eq!(claim(&store, "evt_0").await, Claim::Claimed);
}

/// Two handles of one store: the operations of both wait for the lock together.
#[tokio::test]
async fn a_batch_fails_no_operation_before_its_own_deadline() {
    let folder = Folder::new();
    let patient = folder.open().with_busy_timeout(LONG);
    let hasty = patient.clone().with_busy_timeout(BUSY_TIMEOUT);
    let lock = folder.lock();
    let (one, other) = (key("one"), key("other"));
    let waits = begin(patient.claim(&one, Token::random(), LONG)).await;
    let error = hasty.claim(&other, Token::random(), LONG).await;
    let error = error.expect_err("locked");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(!error.may_have_taken_effect());
    drop(lock);
    assert_eq!(waits.await.expect("works"), Claim::Claimed);
    assert_eq!(rows(&folder.connection()), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_layer_answers_503_and_recovers_by_itself() {
    let folder = Folder::new();
    let endpoint = Endpoint::new(folder.open(), LONG);
    let lock = folder.lock();
    let answer = endpoint.deliver("another").await;
    assert_eq!(answer.status, 503, "{answer:?}");
    drop(lock);
    assert!(!endpoint.until_answered("another").await);
}
