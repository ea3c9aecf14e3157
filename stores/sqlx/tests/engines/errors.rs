//! Errors name what to do, and say whether the operation may have happened.

use std::{
    error::Error,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use sqlx::{Connection, Executor, MySql, Pool, Postgres, Sqlite, pool::PoolOptions, raw_sql};
use tower_loops::idempotency::{
    EventKey, EventStore, StoreError,
    StoreErrorKind::{self, Misconfigured, Unavailable},
    Token,
};
use tower_loops_sqlx::{Engine, SqlxStore};

use crate::databases;

/// Claims an event that nobody holds.
async fn claim<DB: Engine>(pool: &Pool<DB>) -> Result<(), StoreError> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let id = format!("evt_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let key = EventKey::new("billing", &id);
    let store = SqlxStore::new(pool.clone());
    let claim = store.claim(&key, Token::random(), Duration::from_secs(60));
    claim.await.map(|_| ())
}

async fn run<DB: Engine>(pool: &Pool<DB>, sql: &'static str)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let mut connection = pool.acquire().await.unwrap();
    raw_sql(sql).execute(&mut *connection).await.unwrap();
}

/// Checks the kind and the advice of an error of an operation that changed nothing.
#[track_caller]
fn assert_error(result: Result<(), StoreError>, kind: StoreErrorKind, advice: &str) {
    let error = result.unwrap_err();
    let cause = error.source().unwrap().to_string();
    assert!(cause.contains(advice), "{cause}");
    assert_eq!((error.kind(), error.may_have_taken_effect()), (kind, false));
}

async fn table_missing_or_wrong<DB: Engine>(pool: &Pool<DB>)
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    assert_error(
        claim(pool).await,
        Misconfigured,
        "`SqlxStore::ensure_schema`",
    );
    run(
        pool,
        "CREATE TABLE tower_loops_events (event_id VARCHAR(9))",
    )
    .await;
    assert_error(claim(pool).await, Misconfigured, "drop or rename");
    let store = SqlxStore::new(pool.clone());
    assert_error(store.ensure_schema().await, Misconfigured, "drop or rename");
    run(pool, "DROP TABLE tower_loops_events").await;
    store.ensure_schema().await.unwrap();
    claim(pool).await.unwrap();
}

/// Claims with a new pool, and checks the error.
async fn assert_rejected<DB: Engine>(
    options: <DB::Connection as Connection>::Options,
    kind: StoreErrorKind,
    advice: &str,
) {
    let pool: PoolOptions<DB> = PoolOptions::new();
    assert_error(claim(&pool.connect_lazy_with(options)).await, kind, advice);
}

#[tokio::test]
async fn mysql() {
    let (pool, _server) = databases::mysql().await;
    table_missing_or_wrong(&pool).await;

    run(&pool, "CREATE USER reader; GRANT SELECT ON app.* TO reader").await;
    let options = pool.connect_options().as_ref().clone();
    let reader = options.clone().username("reader");
    let nobody = options.clone().username("nobody");
    let no_database = options.database("no_database");
    assert_rejected::<MySql>(reader.clone(), Misconfigured, "needs SELECT, INSERT").await;
    assert_rejected::<MySql>(nobody, Misconfigured, "connection string").await;
    assert_rejected::<MySql>(no_database, Misconfigured, "connection string").await;
    run(
        &pool,
        "GRANT ALL ON app.* TO reader; SET GLOBAL read_only = ON",
    )
    .await;
    assert_rejected::<MySql>(reader, Unavailable, "primary").await;
}

#[tokio::test]
async fn mysql_without_strict_mode() {
    let (pool, _server) = databases::mysql_with(&["--sql-mode="]).await;
    let created = SqlxStore::new(pool).ensure_schema().await;
    assert_error(created, Misconfigured, "STRICT_TRANS_TABLES");
}

#[tokio::test]
async fn postgres() {
    let (pool, _server) = databases::postgres().await;
    table_missing_or_wrong(&pool).await;

    let reader = "CREATE ROLE reader LOGIN; GRANT SELECT ON tower_loops_events TO reader";
    run(&pool, reader).await;
    let options = pool.connect_options().as_ref().clone();
    let reader = options.clone().username("reader");
    let nobody = options.clone().username("nobody");
    let no_database = options.clone().database("no_database");
    let replica = options.options([("default_transaction_read_only", "on")]);
    assert_rejected::<Postgres>(reader, Misconfigured, "needs SELECT, INSERT").await;
    assert_rejected::<Postgres>(nobody, Misconfigured, "connection string").await;
    assert_rejected::<Postgres>(no_database, Misconfigured, "connection string").await;
    assert_rejected::<Postgres>(replica, Unavailable, "primary").await;
}

#[tokio::test]
async fn sqlite() {
    let (pool, _directory) = databases::sqlite().await;
    table_missing_or_wrong(&pool).await;

    let options = pool.connect_options().as_ref().clone();
    let read_only = options.clone().read_only(true);
    let hurried = options.clone().busy_timeout(Duration::from_millis(10));
    let nowhere = options.filename("/nonexistent/events.db");
    assert_rejected::<Sqlite>(read_only, Unavailable, "read-only").await;
    assert_rejected::<Sqlite>(nowhere, Misconfigured, "connection string").await;
    let _writer = pool.begin_with("BEGIN IMMEDIATE").await.unwrap();
    assert_rejected::<Sqlite>(hurried, Unavailable, "write transactions short").await;
}

#[tokio::test]
async fn pools() {
    let nobody = "postgres://localhost:1/postgres".parse().unwrap();
    // A pool repeats what is rejected until its timeout.
    let hasty: PoolOptions<Postgres> =
        PoolOptions::new().acquire_timeout(Duration::from_millis(300));
    let rejected = claim(&hasty.connect_lazy_with(nobody)).await;
    assert_error(rejected, Unavailable, "acquire_timeout");
    let pool = Pool::<Sqlite>::connect_lazy("sqlite::memory:").unwrap();
    pool.close().await;
    assert_error(claim(&pool).await, Unavailable, "closed");
}
