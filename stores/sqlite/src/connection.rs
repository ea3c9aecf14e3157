//! The opening of a database file.

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use rusqlite::{Connection, ErrorCode, OpenFlags};

/// Opens a file in WAL mode with `synchronous = FULL`, and creates it if there is none.
pub(crate) fn open(path: &Path, busy_timeout: Duration) -> rusqlite::Result<Connection> {
    if path.as_os_str().is_empty() {
        // SQLite would create a temporary database that nobody else sees.
        return Err(rusqlite::Error::InvalidPath(path.to_owned()));
    }
    let connection = Connection::open(path)?;
    connection.busy_timeout(busy_timeout)?;
    enter_wal_mode(&connection, busy_timeout)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// SQLite does not wait for a lock when it changes the mode: of several processes that open a new
/// file at once, all but one would fail.
fn enter_wal_mode(connection: &Connection, timeout: Duration) -> rusqlite::Result<()> {
    let begun = std::time::Instant::now();
    loop {
        match connection.pragma_update(None, "journal_mode", "WAL") {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && begun.elapsed() < timeout =>
            {
                std::thread::sleep(Duration::from_millis(2));
            }
            outcome => return outcome,
        }
    }
}

/// The file of a connection.
pub(crate) fn path(connection: &Connection) -> Option<PathBuf> {
    let path = connection.path().filter(|path| !path.is_empty());
    path.map(PathBuf::from)
}

/// Another connection to a file. `None` if it cannot be read without further settings.
pub(crate) fn open_again(path: &Path) -> Option<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).ok()?;
    let readable = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()));
    readable.ok().map(|()| connection)
}
