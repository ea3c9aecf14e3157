//! The store.

use std::{fmt, path::Path, time::Duration};

use rusqlite::Connection;
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, Token,
};

use crate::{
    connection::{self, Shared},
    error::store_error,
    sql,
    timespan::{lease_millis, retention_millis},
};

/// Less than the two seconds that the layer gives a store by default, so that the log says what it waited for.
const DEFAULT_BUSY_TIMEOUT: Duration = Duration::from_millis(1500);

/// Remembers events in an SQLite database: for all processes of one machine that share the file, and across restarts.
///
/// It has one connection, and runs each operation on tokio's threads for blocking work. Expired entries count as absent, and
/// take room until they are [purged](Self::purge_every). Clones share the connection.
///
/// The clock is the one that SQLite reads, the machine's: when that is set back by a minute, leases and retentions are a minute
/// longer. Neither can be longer than until the end of the year 9999, which stands for
/// [`Retention::Forever`].
///
/// ```no_run
/// use tower_loops::idempotency::IdempotencyLayer;
/// use tower_loops_sqlite::SqliteStore;
///
/// let store = SqliteStore::open("events.db")?;
/// let layer = IdempotencyLayer::new(store);
/// # Ok::<(), tower_loops::idempotency::StoreError>(())
/// ```
#[derive(Clone)]
pub struct SqliteStore {
    shared: Shared,
    pub(crate) mark_retention: Retention,
}

impl SqliteStore {
    /// Opens a database file, or makes one, with the table in it, in WAL mode with `synchronous = FULL`: what was completed
    /// survives the machine's fall. It blocks for some milliseconds; to be called before the server starts.
    ///
    /// The file may be your application's own. It must not be on a network drive: SQLite's locks do not hold there.
    ///
    /// # Errors
    ///
    /// [`Misconfigured`](tower_loops::idempotency::StoreErrorKind::Misconfigured) when the file cannot be opened or written, is no
    /// database, or has a table of the same name and another shape;
    /// [`Unavailable`](tower_loops::idempotency::StoreErrorKind::Unavailable) when it stays locked.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let mut connection =
            connection::open(path.as_ref(), DEFAULT_BUSY_TIMEOUT).map_err(store_error)?;
        sql::ensure_schema(&mut connection).map_err(store_error)?;
        Ok(Self::from_connection(connection))
    }

    /// Takes a connection as you have configured it, except for its busy timeout, which becomes the store's. Call
    /// [`ensure_schema`](Self::ensure_schema) unless the table is there.
    ///
    /// With `synchronous` below `FULL`, a completed event may be forgotten when the machine falls.
    #[must_use]
    pub fn from_connection(connection: Connection) -> Self {
        Self {
            shared: Shared::new(connection, DEFAULT_BUSY_TIMEOUT),
            mark_retention: Retention::Forever,
        }
    }

    /// Sets how long an operation waits for its turn and for other connections' locks. Default: 1.5 seconds. It should be less
    /// than the layer's store timeout: an operation that is given up later than that still runs.
    #[must_use]
    pub fn with_busy_timeout(mut self, timeout: Duration) -> Self {
        self.shared.busy_timeout = timeout;
        self
    }

    /// Sets for how long [`mark_processed`](Self::mark_processed) remembers an event. Default: [`Retention::Forever`].
    #[must_use]
    pub fn with_mark_retention(mut self, retention: impl Into<Retention>) -> Self {
        self.mark_retention = retention.into();
        self
    }

    /// Makes the table and its index where they are missing: runs [`SCHEMA`](crate::SCHEMA).
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        self.run(sql::ensure_schema).await
    }

    pub(crate) async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.shared.run(operation).await
    }
}

impl EventStore for SqliteStore {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let key = key.clone();
        self.run(move |connection| sql::claim(connection, &key, token, lease_millis(lease)))
            .await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let key = key.clone();
        self.run(move |connection| sql::extend(connection, &key, token, lease_millis(lease)))
            .await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let key = key.clone();
        let retention = retention_millis(retention);
        self.run(move |connection| sql::complete(connection, &key, token, retention))
            .await
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        let key = key.clone();
        self.run(move |connection| sql::release(connection, &key, token))
            .await
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("busy_timeout", &self.shared.busy_timeout)
            .field("mark_retention", &self.mark_retention)
            .finish_non_exhaustive()
    }
}
