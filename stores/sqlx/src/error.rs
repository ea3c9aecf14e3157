//! What went wrong, and what to do about it.

use std::io;

use sqlx::Error;
use tower_loops::idempotency::{StoreError, StoreErrorKind};

use crate::engine::Engine;

/// What an error of an engine means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// Rolled back because of others at the same time: to be repeated.
    Conflict,
    Locked,
    NoTable,
    WrongTable,
    /// MySQL would change values that do not fit.
    NotStrict,
    Forbidden,
    ReadOnly,
    /// User, password, database or path.
    WrongAddress,
    Full,
    /// The engine stopped midway, or its disk or connection failed.
    Interrupted,
    Unknown,
}

impl Diagnosis {
    fn kind(self) -> StoreErrorKind {
        use StoreErrorKind::{Full, Misconfigured, Other, Unavailable};
        match self {
            // A replica may be promoted.
            Self::Conflict | Self::Locked | Self::ReadOnly | Self::Interrupted => Unavailable,
            Self::NoTable
            | Self::WrongTable
            | Self::NotStrict
            | Self::Forbidden
            | Self::WrongAddress => Misconfigured,
            Self::Full => Full,
            Self::Unknown => Other,
        }
    }

    fn advice(self) -> &'static str {
        match self {
            Self::Conflict => "it conflicts with other transactions",
            Self::Locked => {
                "another connection holds a lock for too long: keep write transactions short"
            }
            Self::NoTable => {
                "there is no table `tower_loops_events` in this database: call \
                 `SqlxStore::ensure_schema` at startup, or run `SqlxStore::schema_sql` in a migration"
            }
            Self::WrongTable => {
                "the table `tower_loops_events` is not as `SqlxStore::schema_sql` creates it: drop or \
                 rename it, then call `SqlxStore::ensure_schema`"
            }
            Self::NotStrict => {
                "MySQL is not in strict mode: add STRICT_TRANS_TABLES to the `sql_mode` of the server, \
                 or set it for each session in the pool's `after_connect`"
            }
            Self::Forbidden => {
                "the database user needs SELECT, INSERT, UPDATE and DELETE on `tower_loops_events`, \
                 and the right to create it for `SqlxStore::ensure_schema`"
            }
            Self::ReadOnly => {
                "the database is read-only: connect to the primary, not to a replica; a file and its \
                 folder must be writable"
            }
            Self::WrongAddress => {
                "the database rejects the connection: check user, password, and database or path in \
                 the connection string"
            }
            Self::Full => "the database has no room: free some space",
            Self::Interrupted => "the database stopped, or its connection broke",
            Self::Unknown => "the database failed",
        }
    }

    /// Whether the engine certainly changed nothing.
    fn is_without_effect(self) -> bool {
        !matches!(self, Self::Full | Self::Interrupted | Self::Unknown)
    }
}

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
