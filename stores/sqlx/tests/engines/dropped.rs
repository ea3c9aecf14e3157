//! A future that is dropped midway neither disturbs the next operation on its connection nor costs
//! the pool a new connection.

use std::{
    future::{Future, poll_fn, ready},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    task::Poll,
    time::Duration,
};

use sqlx::{Pool, pool::PoolOptions};
use tower_loops::idempotency::{Claim, EventKey, EventStore, Token};
use tower_loops_sqlx::{Engine, SqlxStore};

use crate::databases;

const LONG: Duration = Duration::from_secs(600);

/// Drops a future when it has been pending this many times. Returns whether it was dropped.
async fn drop_after(pending: u32, future: impl Future) -> bool {
    let mut future = pin!(future);
    let mut polls = 0;
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(_) => Poll::Ready(false),
        Poll::Pending if polls == pending => Poll::Ready(true),
        Poll::Pending => {
            polls += 1;
            Poll::Pending
        }
    })
    .await
}

async fn check<DB: Engine>(pool: &Pool<DB>) {
    let held = EventKey::new("billing", "evt_held");
    let store = SqlxStore::new(pool.clone());
    store.ensure_schema().await.unwrap();
    store.claim(&held, Token::random(), LONG).await.unwrap();
    for pending in 0..32 {
        // A new pool has prepared no statement yet.
        let options = pool.connect_options().as_ref().clone();
        let connects = Arc::new(AtomicU32::new(0));
        let counted = Arc::clone(&connects);
        let one = PoolOptions::<DB>::new().max_connections(1);
        // The test would be what is dropped, and not the operation.
        let one = one.test_before_acquire(false);
        let one = one.after_connect(move |_, _| {
            counted.fetch_add(1, Relaxed);
            Box::pin(ready(Ok(())))
        });
        let store = SqlxStore::new(one.connect_with(options).await.unwrap());
        let key = EventKey::new("billing", &format!("evt_{pending}"));
        let is_dropped = drop_after(pending, store.claim(&key, Token::random(), LONG)).await;
        let claim = store.claim(&held, Token::random(), LONG).await.unwrap();
        assert!(
            matches!(claim, Claim::InFlight { .. }),
            "{pending}: {claim:?}"
        );
        assert_eq!(connects.load(Relaxed), 1, "{pending}");
        if !is_dropped {
            return;
        }
    }
    panic!("an operation is pending more often than expected");
}

#[tokio::test]
async fn mysql() {
    let (pool, _engine) = databases::mysql().await;
    check(&pool).await;
}

#[tokio::test]
async fn postgres() {
    let (pool, _engine) = databases::postgres().await;
    check(&pool).await;
}

#[tokio::test]
async fn sqlite() {
    let (pool, _engine) = databases::sqlite().await;
    check(&pool).await;
}
