//! A database that another connection has locked.

use std::time::{Duration, Instant, SystemTime};

use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
    routing::post,
};
use rusqlite::TransactionBehavior;
use tower::ServiceExt;
use tower_loops::{
    LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer,
    idempotency::{
        Claim, EventStore, IdempotencyLayer, Retention, StoreError, StoreErrorKind, Token,
    },
};
use tower_loops_sqlite::SqliteStore;

use crate::support::{Folder, LONG, claim, key};

const BUSY_TIMEOUT: Duration = Duration::from_millis(200);

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_fails_within_the_busy_timeout_and_works_again_afterwards() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(BUSY_TIMEOUT);
    let (held, token) = (key("held"), Token::random());
    store.claim(&held, token, LONG).await.expect("claimed");

    let mut other = folder.connection();
    let lock = other
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .expect("locked");
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
    assert!(taken >= BUSY_TIMEOUT / 2, "{operation} gave up at once");
    assert!(taken < 5 * BUSY_TIMEOUT, "{operation} took {taken:?}");
}

/// Each waits for its turn as well as for the lock: together no longer than for one of them.
#[tokio::test(flavor = "multi_thread")]
async fn many_operations_at_once_fail_together() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(BUSY_TIMEOUT);
    let mut other = folder.connection();
    let lock = other
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .expect("locked");
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
    assert!(taken < 5 * BUSY_TIMEOUT, "64 claims took {taken:?}");
    drop(lock);
    assert_eq!(claim(&store, "evt_0").await, Claim::Claimed);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_release_does_not_overtake_a_claim_that_was_given_up() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(LONG);
    let mut other = folder.connection();
    let lock = other
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .expect("locked");
    let (held, token) = (key("held"), Token::random());
    let given_up = store.claim(&held, token, LONG);
    tokio::time::timeout(BUSY_TIMEOUT, given_up)
        .await
        .expect_err("the claim waits for the lock");
    let releasing = tokio::spawn({
        let (store, held): (SqliteStore, _) = (store.clone(), held.clone());
        async move { store.release(&held, token).await }
    });
    drop(lock);
    let released = releasing.await.expect("no panic").expect("works");
    assert!(released, "the claim was made, then released");
    assert_eq!(claim(&store, "held").await, Claim::Claimed);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_layer_answers_503_in_time_and_recovers_by_itself() {
    const STORE_TIMEOUT: Duration = Duration::from_millis(500);
    let folder = Folder::new();
    let secret = Secret::new("whsec_example").expect("a secret");
    let app = Router::new()
        .route("/", post(|| async {}))
        .layer(IdempotencyLayer::new(folder.open()).with_store_timeout(STORE_TIMEOUT))
        .layer(LoopsSignatureLayer::new(secret.clone()));
    let deliver = async |body: &'static str| {
        let signature = Signer::new(secret.clone()).sign(body.as_bytes(), SystemTime::now());
        let request = Request::post("/").header(SIGNATURE_HEADER, signature);
        let request = request.body(Body::from(body)).expect("a request");
        let Ok(response) = app.clone().oneshot(request).await;
        response.status()
    };

    let mut other = folder.connection();
    let lock = other
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .expect("locked");
    let begun = Instant::now();
    let refused = deliver(r#"{"id":"evt_1","type":"payout.paid"}"#).await;
    let taken = begun.elapsed();
    assert_eq!(refused, StatusCode::SERVICE_UNAVAILABLE);
    assert!(taken < 3 * STORE_TIMEOUT, "it took {taken:?}");
    drop(lock);
    // The claim that was given up may still be made, and is released then: until so, the event is in flight.
    let begun = Instant::now();
    loop {
        let status = deliver(r#"{"id":"evt_1","type":"payout.paid"}"#).await;
        if status == StatusCode::OK {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "still {status}");
    }
}
