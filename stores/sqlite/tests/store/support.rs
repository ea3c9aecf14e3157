//! A database in a folder of its own, and short forms of the operations.

use std::{
    env, fs,
    future::{Future, poll_fn},
    path::{Path, PathBuf},
    pin::Pin,
    task::Poll,
    time::Duration,
};

use rusqlite::{Connection, types::FromSql};
use tower_loops::idempotency::{Claim, EventKey, EventStore, Retention, Token};
use tower_loops_sqlite::SqliteStore;

pub(crate) const LONG: Duration = Duration::from_secs(600);

/// Removed with all that is in it when dropped.
pub(crate) struct Folder(PathBuf);

impl Folder {
    pub(crate) fn new() -> Self {
        let random = Token::random();
        let name = random.as_bytes().map(|byte| format!("{byte:02x}")).concat();
        let path = env::temp_dir().join(format!("tower-loops-sqlite-{name}"));
        fs::create_dir(&path).expect("a folder for temporary files");
        Self(path)
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    pub(crate) fn database(&self) -> PathBuf {
        database_in(&self.0)
    }

    pub(crate) fn open(&self) -> SqliteStore {
        SqliteStore::open(self.database()).expect("opened")
    }

    /// Another connection to the database, as an application has one.
    pub(crate) fn connection(&self) -> Connection {
        let connection = Connection::open(self.database()).expect("opened");
        connection.busy_timeout(LONG).expect("set");
        connection
    }

    /// Runs SQL on another connection.
    pub(crate) fn run(&self, sql: &str) {
        self.connection().execute_batch(sql).expect(sql);
    }

    /// The first column of the first row, read on another connection.
    pub(crate) fn read<T: FromSql>(&self, sql: &str) -> T {
        let connection = self.connection();
        connection.query_row(sql, [], |row| row.get(0)).expect(sql)
    }

    /// Another connection that has the write lock until it is dropped.
    pub(crate) fn lock(&self) -> Connection {
        let connection = self.connection();
        connection.execute_batch("BEGIN IMMEDIATE").expect("locked");
        connection
    }
}

pub(crate) fn database_in(folder: &Path) -> PathBuf {
    folder.join("events.db")
}

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

pub(crate) fn key(id: &str) -> EventKey {
    EventKey::new("test", id)
}

pub(crate) async fn claim(store: &SqliteStore, id: &str) -> Claim {
    claim_for(store, id, LONG).await
}

pub(crate) async fn claim_for(store: &SqliteStore, id: &str, lease: Duration) -> Claim {
    let claim = store.claim(&key(id), Token::random(), lease).await;
    claim.expect("the store works")
}

/// Completes an event that nobody has claimed, for good.
pub(crate) async fn complete(store: &SqliteStore, id: &str) {
    let (key, token) = (key(id), Token::random());
    let completed = store.complete(&key, token, Retention::Forever).await;
    completed.expect("completed");
}

pub(crate) fn rows(connection: &Connection) -> i64 {
    let count = "SELECT count(*) FROM tower_loops_events";
    let rows = connection.query_row(count, [], |row| row.get(0));
    rows.expect("counted")
}

/// Polls an operation once: it waits for its turn then.
pub(crate) async fn begin<F: Future>(operation: F) -> Pin<Box<F>> {
    let mut operation = Box::pin(operation);
    poll_fn(|cx| {
        assert!(operation.as_mut().poll(cx).is_pending(), "it has to wait");
        Poll::Ready(())
    })
    .await;
    operation
}
