//! A pool for each engine.

use sqlx::{Database, MySql, Pool, pool::PoolOptions};

async fn connect<DB: Database>(url: &str) -> Pool<DB> {
    let options = PoolOptions::new().max_connections(16);
    options.connect(url).await.unwrap()
}

pub(crate) async fn mysql(server: &engine::MariaDb) -> Pool<MySql> {
    connect(&server.url()).await
}
