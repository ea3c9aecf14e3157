//! What failed, and what an operator can do about it.

use std::{error::Error, fmt, io, sync::Arc};

use deadpool_postgres::PoolError;
use tokio_postgres::error::{DbError, Severity, SqlState};
use tower_loops::{
    BoxError,
    idempotency::{StoreError, StoreErrorKind},
};

/// The pool gave no connection, so nothing was sent.
pub(crate) fn of_pool(error: PoolError) -> StoreError {
    use StoreErrorKind::{Misconfigured, Unavailable};
    let (kind, advice) = match &error {
        PoolError::NoRuntimeSpecified => (
            Misconfigured,
            "a pool with timeouts needs `.runtime(Runtime::Tokio1)` in its builder",
        ),
        PoolError::Timeout(_) => (
            Unavailable,
            "no connection to PostgreSQL was free, or could be made, within the pool's timeouts",
        ),
        PoolError::Backend(cause) if is_temporary(cause) => {
            (Unavailable, "no connection to PostgreSQL could be made")
        }
        PoolError::Backend(_) => (
            Misconfigured,
            "PostgreSQL rejects the connection: check user, password, database and TLS in the connection string",
        ),
        PoolError::Closed | PoolError::PostCreateHook(_) => {
            (Unavailable, "the pool has no connection to PostgreSQL")
        }
    };
    let cause = match error {
        PoolError::Backend(error) => innermost(error),
        other => other.into(),
    };
    let error = StoreError::new(kind, cause).with_advice(advice);
    error.without_effect()
}

/// Whether the next attempt to connect may succeed: nothing listens there yet, or the server has
/// too many connections, or it starts or stops.
fn is_temporary(error: &tokio_postgres::Error) -> bool {
    if let Some(state) = error.code() {
        return ["08", "53", "57"].contains(&class(state));
    }
    // No cause: the connection was closed, or timed out.
    error.source().is_none_or(is_io)
}

/// Whether the network failed. What TLS or the protocol rejects is invalid data.
fn is_io(cause: &(dyn Error + 'static)) -> bool {
    let error = cause.downcast_ref::<io::Error>();
    error.is_some_and(|error| error.kind() != io::ErrorKind::InvalidData)
}

/// A statement failed.
pub(crate) fn of_statement(error: tokio_postgres::Error, table: &str) -> StoreError {
    let (kind, advice) = match error.code() {
        Some(state) => classify(state, table),
        None => {
            let is_lost = error.is_closed() || error.source().is_some_and(is_io);
            let kind = match is_lost {
                true => StoreErrorKind::Unavailable,
                false => StoreErrorKind::Other,
            };
            (kind, "PostgreSQL did not answer".to_owned())
        }
    };
    let is_rolled_back = is_rolled_back(&error);
    let error = StoreError::new(kind, innermost(error)).with_advice(advice);
    if is_rolled_back {
        error.without_effect()
    } else {
        error
    }
}

/// The statement was repeated, and others changed the key each time.
pub(crate) fn contention() -> StoreError {
    let cause = "too much contention";
    StoreError::new(StoreErrorKind::Unavailable, cause)
        .with_advice("others changed the event at each attempt")
        .without_effect()
}

/// The error of a statement that several callers await, for one of them.
pub(crate) fn shared(error: &Arc<StoreError>) -> StoreError {
    let copy = StoreError::new(error.kind(), Shared(Arc::clone(error)));
    if error.may_have_taken_effect() {
        copy
    } else {
        copy.without_effect()
    }
}

/// What the server says, without its details: they quote the row, which has the payload.
#[derive(Debug)]
struct Rejected {
    severity: String,
    message: String,
    state: String,
}

impl From<&DbError> for Rejected {
    fn from(error: &DbError) -> Self {
        Self {
            severity: error.severity().to_owned(),
            message: error.message().to_owned(),
            state: error.code().code().to_owned(),
        }
    }
}

impl fmt::Display for Rejected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (severity, message, state) = (&self.severity, &self.message, &self.state);
        write!(f, "{severity}: {message} (SQLSTATE {state})")
    }
}

impl Error for Rejected {}

/// The cause of an error.
#[derive(Debug)]
struct Shared(Arc<StoreError>);

impl fmt::Display for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.source() {
            Some(cause) => fmt::Display::fmt(cause, f),
            None => fmt::Display::fmt(&self.0, f),
        }
    }
}

impl Error for Shared {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source()?.source()
    }
}

fn classify(state: &SqlState, table: &str) -> (StoreErrorKind, String) {
    use StoreErrorKind::{Full, Misconfigured, Other, Unavailable};
    match state.code() {
        "42P01" | "3F000" => (
            Misconfigured,
            format!(
                "there is no table {table} for this user: call `ensure_schema()` at startup, or run \
                 the schema in a migration"
            ),
        ),
        "42501" => (
            Misconfigured,
            format!(
                "the database user lacks a right: it needs SELECT, INSERT, UPDATE and DELETE on \
                 {table}, and CREATE on its schema for `ensure_schema()`"
            ),
        ),
        "26000" | "42P05" => (
            Misconfigured,
            "prepared statements do not work behind a pooler in transaction mode: set \
             `with_prepared_statements(false)`, the default"
                .to_owned(),
        ),
        code if code.starts_with("42") => (
            Misconfigured,
            format!(
                "{table} is not as `schema_sql()` (a store) or `INBOX_SCHEMA` (an inbox) makes it: \
                 migrate it, or rename it and call `ensure_schema()`"
            ),
        ),
        "25006" => (
            Unavailable,
            "this PostgreSQL is a standby or read-only: connect to the primary \
             (`target_session_attrs=read-write`)"
                .to_owned(),
        ),
        "53100" => (Full, "PostgreSQL has no disk space left".to_owned()),
        "40001" => (
            Unavailable,
            "too many serialization failures: give the store connections with \
             `default_transaction_isolation = 'read committed'`"
                .to_owned(),
        ),
        // Connection lost, rolled back, out of resources, stopped by an operator or a timeout of
        // the server; or no lock within `lock_timeout`.
        code => {
            let may_pass = ["08", "40", "53", "57"].contains(&class(state)) || code == "55P03";
            let kind = if may_pass { Unavailable } else { Other };
            (kind, "PostgreSQL rejected the statement".to_owned())
        }
    }
}

/// Whether a statement failed only because of others at the same time.
pub(crate) fn is_conflict(error: &tokio_postgres::Error) -> bool {
    let state = error.code();
    state == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
        || state == Some(&SqlState::T_R_DEADLOCK_DETECTED)
}

/// Whether the connection is in a transaction that can only be rolled back.
pub(crate) fn is_in_failed_transaction(error: &tokio_postgres::Error) -> bool {
    error.code() == Some(&SqlState::IN_FAILED_SQL_TRANSACTION)
}

/// Whether the server has rolled the statement back for certain. What ends the whole session
/// (FATAL, PANIC, a pooler's lost connection) may do so after the commit.
fn is_rolled_back(error: &tokio_postgres::Error) -> bool {
    error.as_db_error().is_some_and(|error| {
        let is_error = error.parsed_severity() == Some(Severity::Error);
        let is_unknown = error.code() == &SqlState::T_R_STATEMENT_COMPLETION_UNKNOWN;
        is_error && !is_unknown && class(error.code()) != "08"
    })
}

fn class(state: &SqlState) -> &str {
    state.code().get(..2).unwrap_or_default()
}

/// The driver's own text is only "db error" or "error connecting to server": its cause has the
/// details.
fn innermost(error: tokio_postgres::Error) -> BoxError {
    if let Some(error) = error.as_db_error() {
        return Rejected::from(error).into();
    }
    let text = error.to_string();
    error.into_source().unwrap_or_else(|| text.into())
}
