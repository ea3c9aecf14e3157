//! What went wrong in SQLite, in the words of a store.

use std::{error::Error, fmt};

use rusqlite::ErrorCode;
use tower_loops::idempotency::{StoreError, StoreErrorKind};

/// Sorts an error of the database by who can mend it, and says how.
pub(crate) fn store_error(error: rusqlite::Error) -> StoreError {
    let (kind, advice) = match &error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            advise(failure.code, message.as_deref())
        }
        rusqlite::Error::SqlInputError { error, msg, .. } => advise(error.code, Some(msg)),
        rusqlite::Error::InvalidPath(_) => (
            StoreErrorKind::Misconfigured,
            "the path of the database is empty",
        ),
        _ => (
            StoreErrorKind::Other,
            "the database gave an unexpected answer",
        ),
    };
    StoreError::new(kind, Cause { advice, error })
}

fn advise(code: ErrorCode, message: Option<&str>) -> (StoreErrorKind, &'static str) {
    use StoreErrorKind::{Full, Misconfigured, Other, Unavailable};
    match code {
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => (
            Unavailable,
            "another connection has the database locked: keep write transactions short",
        ),
        ErrorCode::SystemIoFailure => (Unavailable, "the database file cannot be read or written"),
        ErrorCode::DiskFull => (Full, "there is no room for the database: free some space"),
        ErrorCode::CannotOpen => (
            Misconfigured,
            "the database file cannot be opened: its folder must exist and be writable",
        ),
        ErrorCode::ReadOnly | ErrorCode::PermissionDenied => (
            Misconfigured,
            "the database is read-only: the file and its folder must be writable",
        ),
        ErrorCode::NotADatabase => (Misconfigured, "the file is not an SQLite database"),
        ErrorCode::Unknown if message.is_some_and(|text| text.starts_with("no such table")) => (
            Misconfigured,
            "the database has no table `tower_loops_events`: call `SqliteStore::ensure_schema`, or run `SCHEMA` in a migration",
        ),
        // Of SQL that is always the same, only the table can be wrong.
        ErrorCode::Unknown => (
            Misconfigured,
            "the table `tower_loops_events` is not as `SCHEMA` makes it: drop or rename it, then call `SqliteStore::ensure_schema`",
        ),
        ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch => (
            Misconfigured,
            "the table `tower_loops_events` has other types than `SCHEMA` gives it",
        ),
        _ => (Other, "the database failed"),
    }
}

/// The store's own connection did not become free in time.
pub(crate) fn connection_busy() -> StoreError {
    StoreError::new(
        StoreErrorKind::Unavailable,
        "the store's connection was in use for longer than its busy timeout",
    )
}

/// The operation's thread did not come back: it panicked, or the runtime shut down.
pub(crate) fn not_run(error: tokio::task::JoinError) -> StoreError {
    let kind = if error.is_cancelled() {
        StoreErrorKind::Unavailable
    } else {
        StoreErrorKind::Other
    };
    StoreError::new(kind, error)
}

#[derive(Debug)]
struct Cause {
    advice: &'static str,
    error: rusqlite::Error,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.advice, self.error)
    }
}

impl Error for Cause {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.error)
    }
}
