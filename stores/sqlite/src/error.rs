//! Errors of SQLite and of the store's thread, as those of a store, with advice.

use rusqlite::ErrorCode;
use tower_loops::idempotency::{StoreError, StoreErrorKind};

/// Sorts an error of the database by who can mend it, and says how.
pub(crate) fn store_error(error: &rusqlite::Error) -> StoreError {
    let (kind, advice) = match error {
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
    StoreError::new(kind, copied(error)).with_advice(advice)
}

/// As [`store_error`], of an operation that was not run, or that SQLite has undone.
pub(crate) fn without_effect(error: &rusqlite::Error) -> StoreError {
    store_error(error).without_effect()
}

/// One error fails all operations of a batch, and each caller gets it.
fn copied(error: &rusqlite::Error) -> rusqlite::Error {
    match error {
        rusqlite::Error::SqliteFailure(failure, message) => {
            rusqlite::Error::SqliteFailure(*failure, message.clone())
        }
        other => rusqlite::Error::ToSqlConversionFailure(other.to_string().into()),
    }
}

/// Whether another connection has a lock that this one needs.
pub(crate) fn is_lock(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
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
            "the database lacks a table of the store or the inbox: call its `ensure_schema`, or run `SCHEMA` or `INBOX_SCHEMA` in a migration",
        ),
        // The SQL is always the same, so only the table can be wrong.
        ErrorCode::Unknown => (
            Misconfigured,
            "the table `tower_loops_events` is not as `SCHEMA` makes it, or `tower_loops_inbox` not as `INBOX_SCHEMA` does: drop or rename it, then call `ensure_schema`",
        ),
        ErrorCode::ConstraintViolation | ErrorCode::TypeMismatch => (
            Misconfigured,
            "the table has other types or constraints than `SCHEMA` or `INBOX_SCHEMA` gives it",
        ),
        _ => (Other, "the database failed"),
    }
}

const TOO_SLOW: &str = "the database is too slow for so many events at once: limit the concurrent requests, or use a faster disk";

pub(crate) fn queue_full(capacity: usize) -> StoreError {
    let cause = format!("{capacity} operations of this kind wait already");
    StoreError::new(StoreErrorKind::Full, cause)
        .with_advice(TOO_SLOW)
        .without_effect()
}

/// The operation had its turn too late, although the lock was free.
pub(crate) fn waited_too_long() -> StoreError {
    let cause = "the operation waited for its turn for longer than the busy timeout";
    StoreError::new(StoreErrorKind::Unavailable, cause)
        .with_advice(TOO_SLOW)
        .without_effect()
}

pub(crate) fn file_replaced() -> StoreError {
    let cause = "its path leads to no file, or to another one";
    StoreError::new(StoreErrorKind::Misconfigured, cause)
        .with_advice("the database file was deleted or replaced while the store has it open: put it back, or restart the program to open the new one")
        .without_effect()
}

/// The operation may have been run.
pub(crate) fn thread_ended() -> StoreError {
    let cause = "the thread of the store has ended, or could not be started";
    StoreError::new(StoreErrorKind::Unavailable, cause)
        .with_advice("restart the program: its log or the system's limit of threads tells why")
}
