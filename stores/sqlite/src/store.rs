//! The store.

use std::{
    fmt,
    path::Path,
    time::{Duration, Instant},
};

use rusqlite::Connection;
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, Token,
};
use tower_loops_sql::millis;

use crate::{connection, error::store_error, priority::Priority, statements, thread::Thread};

/// Less than the two seconds that the layer gives a store by default, so that the log says what the
/// operation waited for.
pub(crate) const DEFAULT_BUSY_TIMEOUT: Duration = Duration::from_millis(1500);

/// Remembers events in an SQLite database: for all processes of one machine that share the file,
/// and across restarts.
///
/// One thread owns the connection. It runs the operations that wait in one transaction and commits
/// them together, completions before claims. Clones share the thread; it ends with the last of
/// them. Expired entries count as absent, and take room until they are [purged](Self::purge_every).
///
/// The clock is the one that SQLite reads, the machine's: when it is set back by a minute, leases
/// and retentions are a minute longer. Neither can last beyond the end of the year 9999, which
/// stands for [`Retention::Forever`].
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
    thread: Thread,
    busy_timeout: Duration,
    pub(crate) mark_retention: Retention,
}

impl SqliteStore {
    /// Opens a database file, or creates one, with the table in it, in WAL mode with `synchronous =
    /// FULL`: what was completed survives a power failure. This blocks for some milliseconds; call
    /// it before the server starts.
    ///
    /// The file may be your application's own. It must not be on a network drive: SQLite's locks do
    /// not hold there.
    ///
    /// # Errors
    ///
    /// [`Misconfigured`](tower_loops::idempotency::StoreErrorKind::Misconfigured) if the file
    /// cannot be opened or written, is no database, or has a table of the same name and another
    /// shape;
    /// [`Unavailable`](tower_loops::idempotency::StoreErrorKind::Unavailable) if it stays locked.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let connection = connection::open(path, DEFAULT_BUSY_TIMEOUT);
        let connection = connection.map_err(|error| store_error(&error))?;
        statements::ensure_schema(&connection).map_err(|error| store_error(&error))?;
        Ok(Self::from_connection(connection))
    }

    /// Takes a connection as you have configured it, except for its busy timeout: the store waits
    /// for locks itself. Call [`ensure_schema`](Self::ensure_schema) unless the table is there.
    ///
    /// With `synchronous` below `FULL`, a completed event may be forgotten after a power failure.
    #[must_use]
    pub fn from_connection(connection: Connection) -> Self {
        Self {
            thread: Thread::start(connection),
            busy_timeout: DEFAULT_BUSY_TIMEOUT,
            mark_retention: Retention::Forever,
        }
    }

    /// Sets how long an operation waits for its turn and for other connections' locks, together.
    /// Default: 1.5 seconds. It should be less than the layer's store timeout, so that the error
    /// says what the operation waited for.
    #[must_use]
    pub fn with_busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Sets for how long [`mark_processed`](Self::mark_processed) remembers an event. Default:
    /// [`Retention::Forever`].
    #[must_use]
    pub fn with_mark_retention(mut self, retention: impl Into<Retention>) -> Self {
        self.mark_retention = retention.into();
        self
    }

    /// Creates the table and its index where they are missing: runs [`SCHEMA`](crate::SCHEMA).
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        self.write(Priority::Completion, statements::ensure_schema)
            .await
    }

    /// Runs an operation that always needs the lock.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        priority: Priority,
        operation: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.thread
            .call(priority, self.deadline(), |_| Ok(None), operation)
            .await
    }

    fn deadline(&self) -> Instant {
        deadline_after(self.busy_timeout)
    }
}

impl EventStore for SqliteStore {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let (read_key, key) = (key.clone(), key.clone());
        let lease = millis(lease);
        let read = move |connection: &Connection| statements::taken(connection, &read_key, token);
        let write =
            move |connection: &Connection| statements::claim(connection, &key, token, lease);
        self.thread
            .call(Priority::Claim, self.deadline(), read, write)
            .await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let (key, lease) = (key.clone(), millis(lease));
        self.write(Priority::Completion, move |connection| {
            statements::extend(connection, &key, token, lease)
        })
        .await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let (key, retention) = (key.clone(), retention_millis(retention));
        self.write(Priority::Completion, move |connection| {
            statements::complete(connection, &key, token, retention)
        })
        .await
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        let key = key.clone();
        self.write(Priority::Completion, move |connection| {
            statements::release(connection, &key, token)
        })
        .await
    }
}

/// When a timeout that begins now is over. A week stands for longer ones.
pub(crate) fn deadline_after(timeout: Duration) -> Instant {
    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    Instant::now() + timeout.min(WEEK)
}

pub(crate) fn retention_millis(retention: Retention) -> i64 {
    millis(match retention {
        Retention::For(time) => time,
        Retention::Forever => Duration::MAX,
    })
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("busy_timeout", &self.busy_timeout)
            .field("mark_retention", &self.mark_retention)
            .finish_non_exhaustive()
    }
}
