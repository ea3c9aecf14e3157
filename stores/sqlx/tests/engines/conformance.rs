//! The store does what every store must, on each engine.

use tower_loops::idempotency::conformance;
use tower_loops_sqlx::{Engine, SqlxStore};

use crate::databases;

async fn conforms<DB: Engine>(pool: &sqlx::Pool<DB>) {
    let store = SqlxStore::new(pool.clone());
    let (first, second) = tokio::join!(store.ensure_schema(), store.ensure_schema());
    first.and(second).unwrap();
    conformance::run(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql() {
    let (pool, _engine) = databases::mysql().await;
    conforms(&pool).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres() {
    let (pool, _engine) = databases::postgres().await;
    conforms(&pool).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_with_serializable_transactions() {
    let (pool, _engine) = databases::postgres().await;
    let options = pool.connect_options().as_ref().clone();
    let serializable = options.options([("default_transaction_isolation", "serializable")]);
    let pool = sqlx::PgPool::connect_with(serializable).await.unwrap();
    conforms(&pool).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sqlite() {
    let (pool, _engine) = databases::sqlite().await;
    conforms(&pool).await;
}
