//! The store's connection, and how an operation gets onto it.

use std::{path::Path, sync::Arc, time::Duration};

use rusqlite::{Connection, ErrorCode};
use tokio::{
    sync::Mutex,
    task::spawn_blocking,
    time::{Instant, timeout_at},
};
use tower_loops::idempotency::StoreError;

use crate::error::{connection_busy, not_run, store_error};

/// One connection for all operations, in the order in which they were begun. SQLite has one writer at a time in any case,
/// and a release that follows a claim whose future was dropped cannot overtake it.
#[derive(Clone)]
pub(crate) struct Shared {
    connection: Arc<Mutex<Connection>>,
    pub(crate) busy_timeout: Duration,
}

impl Shared {
    pub(crate) fn new(connection: Connection, busy_timeout: Duration) -> Self {
        Self {
            connection: Arc::new(Mutex::new(connection)),
            busy_timeout,
        }
    }

    /// Runs an operation on a thread that may block. It waits for this connection and for other connections' locks, both
    /// together for the busy timeout at most. Dropped while it waits for this connection, it is not run; later, it is.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        operation: impl FnOnce(&mut Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let deadline = deadline_after(self.busy_timeout);
        let connection = Arc::clone(&self.connection);
        let mut connection = timeout_at(deadline, connection.lock_owned())
            .await
            .map_err(|_| connection_busy())?;
        spawn_blocking(move || {
            let rest = deadline.saturating_duration_since(Instant::now());
            connection.busy_timeout(rest)?;
            operation(&mut connection)
        })
        .await
        .map_err(not_run)?
        .map_err(store_error)
    }
}

/// Opens a file in WAL mode with full synchronisation, and makes it where there is none.
pub(crate) fn open(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    if path.as_os_str().is_empty() {
        // SQLite would make a database that nobody else sees and that is gone in the end.
        return Err(rusqlite::Error::InvalidPath(path.to_owned()));
    }
    let connection = Connection::open(path)?;
    connection.busy_timeout(busy_timeout)?;
    enter_wal_mode(&connection, busy_timeout)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// SQLite does not wait for a lock when it changes the mode: where several processes open a new file at once, all but one
/// would fail.
fn enter_wal_mode(connection: &Connection, patience: Duration) -> rusqlite::Result<()> {
    let begun = std::time::Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < patience =>
            {
                std::thread::sleep(Duration::from_millis(2));
            }
            outcome => return outcome,
        }
    }
}

/// A week stands for longer timeouts: SQLite counts milliseconds in 31 bits.
fn deadline_after(timeout: Duration) -> Instant {
    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    Instant::now() + timeout.min(WEEK)
}
