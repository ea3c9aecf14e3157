//! Callers that stop waiting, and runtimes that end.

use std::{future::poll_fn, task::Poll, time::Duration};

use tokio::{
    runtime::{Builder, Runtime},
    sync::oneshot,
    task::{JoinSet, spawn_blocking},
};
use tower_loops::idempotency::{Claim, EventKey, EventStore, StoreError, StoreErrorKind, Token};
use tower_loops_postgres::PostgresStore;

use crate::server::Server;

const MINUTE: Duration = Duration::from_secs(60);
const ROWS: &str = "tower_loops_events";

async fn claim(store: PostgresStore, id: String) -> Result<Claim, StoreError> {
    let key = EventKey::new("ns", &id);
    store.claim(&key, Token::random(), MINUTE).await
}

fn claims(store: &PostgresStore, count: usize) -> JoinSet<Result<Claim, StoreError>> {
    let id = |number| format!("evt_{number}");
    (0..count)
        .map(|number| claim(store.clone(), id(number)))
        .collect()
}

/// A runtime that has to execute what waits, and stands still.
fn idle_runtime(store: &PostgresStore) -> Runtime {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let store = store.clone();
    std::thread::spawn(move || {
        runtime.block_on(async {
            for number in 0..2 {
                let mut claim = std::pin::pin!(claim(store.clone(), format!("idle_{number}")));
                poll_fn(|cx| {
                    assert!(claim.as_mut().poll(cx).is_pending());
                    Poll::Ready(())
                })
                .await;
            }
        });
        runtime
    })
    .join()
    .unwrap()
}

#[tokio::test]
async fn what_was_sent_runs_to_its_end_though_a_caller_is_dropped() {
    let server = Server::start().await;
    let store = server.store().await;
    let lock = server.lock("tower_loops_events").await;
    let mut abandoned = claims(&store, 20);
    server.until_one_waits_for_a_lock().await;
    let other = tokio::spawn(claim(store.clone(), "evt_other".to_owned()));
    abandoned.shutdown().await;
    lock.batch_execute("COMMIT").await.unwrap();
    assert_eq!(other.await.unwrap().unwrap(), Claim::Claimed);
    while server.count(ROWS).await < 21 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_waits_in_a_runtime_that_ends_is_executed_in_another() {
    let server = Server::start().await;
    let store = server.store().await;
    let idle = idle_runtime(&store);
    let mut claims = claims(&store, 20);
    tokio::task::yield_now().await;
    assert!(claims.try_join_next().is_none());
    idle.shutdown_background();
    while let Some(claim) = claims.join_next().await {
        assert_eq!(claim.unwrap().unwrap(), Claim::Claimed);
    }
    assert_eq!(server.count(ROWS).await, 20);
}

#[tokio::test]
async fn what_was_sent_in_a_runtime_that_ends_is_an_error() {
    let server = Server::start().await;
    let store = server.store().await;
    let lock = server.lock("tower_loops_events").await;
    let idle = idle_runtime(&store);
    let mut sent = claims(&store, 20);
    tokio::task::yield_now().await;
    let (stop, stopped) = oneshot::channel::<()>();
    let running = spawn_blocking(move || {
        let _ = idle.block_on(stopped);
        idle
    });
    server.until_one_waits_for_a_lock().await;
    stop.send(()).unwrap();
    running.await.unwrap().shutdown_background();
    let error = sent.join_next().await.unwrap().unwrap().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    assert!(error.may_have_taken_effect());
    lock.batch_execute("COMMIT").await.unwrap();
    while sent.join_next().await.is_some() {}
    let again = claim(store, "evt_new".to_owned()).await;
    assert_eq!(again.unwrap(), Claim::Claimed);
}

#[tokio::test]
async fn so_many_operations_wait_at_most_and_abandoned_ones_do_not_count() {
    let server = Server::start().await;
    let store = server.store().await;
    let idle = idle_runtime(&store);
    // Two abandoned ones wait.
    let mut waiting = claims(&store, 10_001);
    let error = waiting.join_next().await.unwrap().unwrap().unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Full);
    assert!(!error.may_have_taken_effect());
    assert_eq!(waiting.len(), 10_000);
    waiting.shutdown().await;
    let next = tokio::spawn(claim(store, "evt_next".to_owned()));
    tokio::task::yield_now().await;
    idle.shutdown_background();
    assert_eq!(next.await.unwrap().unwrap(), Claim::Claimed);
}
