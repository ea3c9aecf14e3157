//! What went wrong, and what to do about it.

use std::io;

use sqlx::Error;
use tower_loops::idempotency::{StoreError, StoreErrorKind};

use crate::{diagnosis::Diagnosis, engine::Engine};

pub(crate) fn is_conflict<DB: Engine>(error: &Error) -> bool {
    let diagnose = |error: &dyn sqlx::error::DatabaseError| DB::diagnose(error);
    matches!(error, Error::Database(error) if diagnose(&**error) == Diagnosis::Conflict)
}

/// A statement failed.
pub(crate) fn of_statement<DB: Engine>(error: Error) -> StoreError {
    let diagnosis = match &error {
        Error::Database(error) => DB::diagnose(&**error),
        Error::Io(_) | Error::Tls(_) | Error::Protocol(_) | Error::WorkerCrashed => {
            Diagnosis::Interrupted
        }
        Error::Configuration(_) => Diagnosis::NotStrict,
        _ => Diagnosis::Unknown,
    };
    let advised = StoreError::new(diagnosis.kind(), error).with_advice(diagnosis.advice());
    if diagnosis.is_without_effect() {
        advised.without_effect()
    } else {
        advised
    }
}

/// No connection could be acquired, so no statement was sent.
pub(crate) fn of_pool<DB: Engine>(error: Error) -> StoreError {
    use StoreErrorKind::{Misconfigured, Unavailable};
    let (kind, advice) = match &error {
        Error::Database(_) => return of_statement::<DB>(error).without_effect(),
        Error::PoolTimedOut => (
            Unavailable,
            "no connection was free, or could be made, within the pool's `acquire_timeout`: is the \
             database running at this address, and is `max_connections` large enough?",
        ),
        Error::PoolClosed => (Unavailable, "the pool is closed"),
        Error::Configuration(_) | Error::Tls(_) => (
            Misconfigured,
            "check the connection string; TLS needs a feature of sqlx, such as `tls-rustls`",
        ),
        // A certificate, for example.
        Error::Io(cause) if cause.kind() == io::ErrorKind::InvalidData => (
            Misconfigured,
            "TLS to the database failed: check its certificate and `sslrootcert` or `ssl-ca`",
        ),
        _ => (Unavailable, "no connection to the database"),
    };
    StoreError::new(kind, error)
        .with_advice(advice)
        .without_effect()
}
