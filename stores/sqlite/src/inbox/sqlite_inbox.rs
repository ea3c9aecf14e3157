//! The inbox and its settings.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

use rusqlite::Connection;
use tokio::sync::Notify;
use tower_loops::inbox::{Retention, StoreError};

use crate::{
    connection,
    error::store_error,
    inbox::schema,
    priority::Priority,
    store::{DEFAULT_BUSY_TIMEOUT, deadline_after},
    thread::Thread,
};

/// Stores events in an SQLite database until they are handled: for the processes of one machine
/// that share the file.
///
/// One thread owns the connection. It stores the events that wait in one transaction and commits
/// them together, so the rate is not limited to one event a commit. Clones share the thread. Counts
/// and lists are read by another one, on a connection of its own, so that no commit waits for them.
///
/// The workers of a clone wake at once for new events. SQLite cannot notify other processes: their
/// workers find events by polling, each second by default
/// ([`with_poll_interval`](tower_loops::inbox::Worker::with_poll_interval)).
///
/// ```
/// use tower_loops::inbox::{Accept, Job, Worker};
/// use tower_loops_sqlite::SqliteInbox;
///
/// # let folder = std::env::temp_dir().join(format!("tower-loops-doc-inbox-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder)?;
/// # std::env::set_current_dir(&folder)?;
/// let inbox = SqliteInbox::open("inbox.db")?;
/// // A service for a route inside a `LoopsSignatureLayer`:
/// let accept = Accept::new(inbox.clone());
/// // Beside the server, or in another process:
/// let worker = Worker::new(inbox, tower::service_fn(|job: Job| async move {
///     println!("{:?}", job.id());
///     Ok::<_, std::io::Error>(())
/// }));
/// # drop((accept, worker));
/// # std::fs::remove_dir_all(&folder)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SqliteInbox {
    thread: Thread,
    /// Reads counts and lists on a connection of its own, so that no commit waits for them. Started
    /// for the first one.
    reader: Arc<OnceLock<Thread>>,
    /// The path that the reader opens, if the database is a file.
    path: Option<PathBuf>,
    pub(super) arrived: Arc<Notify>,
    pub(super) retention: Retention,
    busy_timeout: Duration,
}

impl SqliteInbox {
    /// Opens a database file, or creates one, with the tables in it, in WAL mode with `synchronous
    /// = FULL`: what was acknowledged survives a power failure. This blocks for some milliseconds;
    /// call it before the server starts.
    ///
    /// The file may be your application's own, or that of a [`SqliteStore`](crate::SqliteStore). It
    /// must not be on a network drive.
    ///
    /// # Errors
    ///
    /// [`Misconfigured`](tower_loops::inbox::StoreErrorKind::Misconfigured) if the file cannot be
    /// opened or written, is no database, or has tables of another version of this crate;
    /// [`Unavailable`](tower_loops::inbox::StoreErrorKind::Unavailable) if it stays locked.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let connection = connection::open(path.as_ref(), DEFAULT_BUSY_TIMEOUT)
            .map_err(|error| store_error(&error))?;
        let version = schema::ensure(&connection).map_err(|error| store_error(&error))?;
        schema::check(version)?;
        Ok(Self::from_connection(connection))
    }

    /// Takes a connection as you have configured it, except for its busy timeout: the inbox waits
    /// for locks itself. Call [`ensure_schema`](Self::ensure_schema) unless the tables are there.
    ///
    /// With `synchronous` below `FULL`, an acknowledged event may be lost in a power failure.
    #[must_use]
    pub fn from_connection(connection: Connection) -> Self {
        Self {
            path: connection::path(&connection),
            thread: Thread::start(connection),
            reader: Arc::default(),
            arrived: Arc::default(),
            retention: Retention::For(Duration::from_secs(30 * 24 * 60 * 60)),
            busy_timeout: DEFAULT_BUSY_TIMEOUT,
        }
    }

    /// Sets how long an operation waits for its turn and for other connections' locks, together.
    /// Default: 1.5 seconds. It should be less than the timeout of
    /// [`Accept`](tower_loops::inbox::Accept).
    #[must_use]
    pub fn with_busy_timeout(mut self, timeout: Duration) -> Self {
        self.busy_timeout = timeout;
        self
    }

    /// Sets how long the key of a handled event is known after its payload is
    /// [purged](Self::purge_handled), counted from when it was handled. Default: 30 days. It should
    /// be longer than Loops retries and than people resend events by hand.
    #[must_use]
    pub fn with_retention(mut self, retention: impl Into<Retention>) -> Self {
        self.retention = retention.into();
        self
    }

    /// Creates the tables and indexes where they are missing: runs
    /// [`INBOX_SCHEMA`](crate::INBOX_SCHEMA).
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open).
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        schema::check(self.write(Priority::Completion, schema::ensure).await?)
    }

    /// Runs an operation that always needs the lock.
    pub(super) async fn write<T: Send + 'static>(
        &self,
        priority: Priority,
        operation: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let deadline = deadline_after(self.busy_timeout);
        self.thread
            .call(priority, deadline, |_| Ok(None), operation)
            .await
    }

    /// Runs an operation that may find its answer without the lock.
    pub(super) async fn read_or_write<T: Send + 'static>(
        &self,
        read: impl Fn(&Connection) -> rusqlite::Result<Option<T>> + Send + 'static,
        write: impl Fn(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let deadline = deadline_after(self.busy_timeout);
        self.thread
            .call(Priority::Claim, deadline, read, write)
            .await
    }

    /// Runs an operation that never needs the lock.
    pub(super) async fn read<T: Send + 'static>(
        &self,
        operation: impl Fn(&Connection) -> rusqlite::Result<T> + Clone + Send + 'static,
    ) -> Result<T, StoreError> {
        let (deadline, again) = (deadline_after(self.busy_timeout), operation.clone());
        let read = move |connection: &Connection| operation(connection).map(Some);
        self.reader()
            .call(Priority::Claim, deadline, read, again)
            .await
    }

    /// The reader; or the thread of the commits, if the file cannot be opened a second time.
    fn reader(&self) -> &Thread {
        self.reader.get_or_init(|| {
            let connection = self.path.as_deref().and_then(connection::open_again);
            connection.map_or_else(|| self.thread.clone(), Thread::start)
        })
    }
}

impl fmt::Debug for SqliteInbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteInbox")
            .field("busy_timeout", &self.busy_timeout)
            .field("retention", &self.retention)
            .finish_non_exhaustive()
    }
}
