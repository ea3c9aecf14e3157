//! What went wrong, and what to do about it.

use std::{error::Error, fmt, io};

use deadpool_postgres::PoolError;
use tokio_postgres::error::SqlState;
use tower_loops::{
    BoxError,
    idempotency::{StoreError, StoreErrorKind},
};

/// No connection could be had.
pub(crate) fn of_pool(error: PoolError) -> StoreError {
    use StoreErrorKind::{Misconfigured, Unavailable};
    match &error {
        PoolError::NoRuntimeSpecified => explained(
            Misconfigured,
            "a pool with timeouts needs `.runtime(Runtime::Tokio1)` in its builder",
            error,
        ),
        PoolError::Timeout(_) => explained(
            Unavailable,
            "no connection to PostgreSQL was free, or could be made, within the pool's timeouts",
            error,
        ),
        PoolError::Backend(refusal) if is_of_the_connection_string(refusal) => {
            let message = format!(
                "PostgreSQL refuses the connection: check user, password and database in the connection string: {}",
                root_cause(&error)
            );
            explained(Misconfigured, message, error)
        }
        _ => {
            let message = format!("no connection to PostgreSQL: {}", root_cause(&error));
            explained(Unavailable, message, error)
        }
    }
}

/// Authentication (SQLSTATE class 28), or a database that does not exist (3D000): waiting does not help.
fn is_of_the_connection_string(error: &tokio_postgres::Error) -> bool {
    let is_refusal = |code: &str| code.starts_with("28") || code == "3D000";
    error.code().is_some_and(|state| is_refusal(state.code()))
}

/// A statement failed.
pub(crate) fn of_statement(error: tokio_postgres::Error, table: &str) -> StoreError {
    use StoreErrorKind::{Full, Misconfigured, Other, Unavailable};
    let Some(state) = error.code().cloned() else {
        let kind = match error.source() {
            _ if error.is_closed() => Unavailable,
            Some(cause) if cause.is::<io::Error>() => Unavailable,
            _ => Other,
        };
        let message = format!("PostgreSQL did not answer: {}", root_cause(&error));
        return explained(kind, message, error);
    };
    let (kind, message) = match state.code() {
        "42P01" | "3F000" => (
            Misconfigured,
            format!(
                "there is no table {table} for this user: call `PostgresStore::ensure_schema()` at startup, or run what \
                 `PostgresStore::schema_sql()` returns"
            ),
        ),
        "42501" => (
            Misconfigured,
            format!(
                "the database user may not do this: {}; it needs SELECT, INSERT, UPDATE and DELETE on {table}, and for \
                 `ensure_schema()` CREATE on its schema",
                root_cause(&error)
            ),
        ),
        code if code.starts_with("42") => (
            Misconfigured,
            format!(
                "{table} is not as `PostgresStore::schema_sql()` has it: {}",
                root_cause(&error)
            ),
        ),
        "53100" => (
            Full,
            format!("PostgreSQL has no room: {}", root_cause(&error)),
        ),
        code => (
            if may_pass(code) { Unavailable } else { Other },
            format!("PostgreSQL refused: {}", root_cause(&error)),
        ),
    };
    explained(kind, message, error)
}

/// Whether a statement failed only because of others at the same time.
pub(crate) fn is_conflict(error: &tokio_postgres::Error) -> bool {
    let state = error.code();
    state == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
        || state == Some(&SqlState::T_R_DEADLOCK_DETECTED)
}

/// Connection lost, rolled back, read only for now (a standby), out of resources, lock not available, stopped by an operator
/// or by a timeout of the server's.
fn may_pass(code: &str) -> bool {
    ["08", "40", "53", "57"].contains(&&code[..2]) || ["25006", "55P03"].contains(&code)
}

fn root_cause(error: &(dyn Error + 'static)) -> String {
    let mut cause = error;
    while let Some(source) = cause.source() {
        cause = source;
    }
    cause.to_string()
}

pub(crate) fn explained(
    kind: StoreErrorKind,
    message: impl Into<String>,
    source: impl Into<BoxError>,
) -> StoreError {
    let message = message.into();
    let source = source.into();
    StoreError::new(kind, Explained { message, source })
}

#[derive(Debug)]
struct Explained {
    message: String,
    source: BoxError,
}

impl fmt::Display for Explained {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for Explained {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
