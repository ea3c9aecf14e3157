//! The store does what every store must, on each engine.

use tower_loops::idempotency::conformance;
use tower_loops_sqlx::{Engine, SqlxStore};

use crate::pools;

async fn conforms<DB: Engine>(pool: sqlx::Pool<DB>) {
    let store = SqlxStore::new(pool);
    store.ensure_schema().await.unwrap();
    store.ensure_schema().await.unwrap();
    conformance::run(store).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mysql_conforms() {
    let server = engine::MariaDb::start(&[]);
    conforms(pools::mysql(&server).await).await;
}
