//! What the errors of engines mean, and what to do about them.

use tower_loops::idempotency::StoreErrorKind;

/// What an error of an engine means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Diagnosis {
    /// Rolled back because of concurrent transactions: must be repeated.
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
    pub(crate) fn kind(self) -> StoreErrorKind {
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

    pub(crate) fn advice(self) -> &'static str {
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
            Self::Full => "the database is full: free some space",
            Self::Interrupted => "the database stopped, or its connection broke",
            Self::Unknown => "the database failed",
        }
    }

    /// Whether the engine certainly changed nothing.
    pub(crate) fn is_without_effect(self) -> bool {
        !matches!(self, Self::Full | Self::Interrupted | Self::Unknown)
    }
}
