//! `purge_expired` deletes what has expired, and nothing else.

use std::time::Duration;

use sqlx::Pool;
use tokio::time::timeout;
use tower_loops::idempotency::{Claim, EventKey, EventStore, Token};
use tower_loops_sqlx::{Engine, SqlxStore};

use crate::databases;

const LONG: Duration = Duration::from_secs(600);

async fn check<DB: Engine>(pool: &Pool<DB>) {
    let store = SqlxStore::new(pool.clone());
    store.ensure_schema().await.unwrap();
    let claim = async |id: &str, lease| {
        let key = EventKey::new("billing", id);
        store.claim(&key, Token::random(), lease).await.unwrap()
    };
    for number in 0..5 {
        let claimed = claim(&format!("evt_{number}"), Duration::from_millis(1)).await;
        assert_eq!(claimed, Claim::Claimed);
    }
    assert_eq!(claim("evt_held", LONG).await, Claim::Claimed);
    let mut purged = 0;
    let all = async {
        while purged < 5 {
            purged += store.purge_expired(2).await.unwrap();
        }
    };
    timeout(Duration::from_secs(20), all).await.unwrap();
    assert_eq!(purged, 5);
    let held = claim("evt_held", LONG).await;
    assert!(matches!(held, Claim::InFlight { .. }), "{held:?}");
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
