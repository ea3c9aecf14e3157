//! A separate database for each test: a pool, and the server or directory that it needs.

use engine::{Directory, MariaDb};
use sqlx::{
    Database, MySql, Pool, Postgres, Sqlite,
    pool::PoolOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode},
};

pub(crate) async fn mysql() -> (Pool<MySql>, MariaDb) {
    mysql_with(&[]).await
}

/// MariaDB with options of its server.
pub(crate) async fn mysql_with(options: &[&str]) -> (Pool<MySql>, MariaDb) {
    let server = MariaDb::start(options);
    let pool = sixteen().connect(&server.url()).await.unwrap();
    (pool, server)
}

pub(crate) async fn postgres() -> (Pool<Postgres>, engine::Postgres) {
    let server = engine::Postgres::start();
    let pool = sixteen().connect(&server.url()).await.unwrap();
    (pool, server)
}

pub(crate) async fn sqlite() -> (Pool<Sqlite>, Directory) {
    let directory = Directory::create();
    let options = SqliteConnectOptions::new()
        .filename(directory.path().join("events.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal);
    let pool = sixteen().connect_with(options).await.unwrap();
    (pool, directory)
}

/// Options for pools of sixteen connections.
fn sixteen<DB: Database>() -> PoolOptions<DB> {
    PoolOptions::new().max_connections(16)
}
