//! What went wrong, and what to do about it.

use std::{error::Error, fmt};

use redis::{ErrorKind, RedisError, ServerErrorKind};
use tower_loops::idempotency::{StoreError, StoreErrorKind};

pub(crate) fn store_error(error: RedisError) -> StoreError {
    match trouble(&error) {
        (kind, Some(advice)) => StoreError::new(
            kind,
            Advised {
                advice,
                source: error,
            },
        ),
        (kind, None) => StoreError::new(kind, error),
    }
}

fn trouble(error: &RedisError) -> (StoreErrorKind, Option<&'static str>) {
    use StoreErrorKind::{Full, Misconfigured, Other, Unavailable};
    match (error.kind(), error.code().unwrap_or_default()) {
        (ErrorKind::Io | ErrorKind::ClusterConnectionNotFound, _) => (Unavailable, None),
        (
            ErrorKind::Server(
                ServerErrorKind::BusyLoading
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::MasterDown
                | ServerErrorKind::TryAgain,
            ),
            _,
        )
        | (_, "BUSY" | "NOREPLICAS") => (Unavailable, None),
        (ErrorKind::Server(ServerErrorKind::ReadOnly), _) => (
            Unavailable,
            Some("this Redis server is a replica: connect to the primary"),
        ),
        (ErrorKind::AuthenticationFailed, _) | (_, "NOAUTH" | "WRONGPASS") => (
            Misconfigured,
            Some(
                "Redis refuses the credentials: check the user and the password in the connection URL",
            ),
        ),
        (ErrorKind::Server(ServerErrorKind::NoPerm), _) => (
            Misconfigured,
            Some(
                "the Redis user lacks a permission: it needs EVALSHA, SCRIPT LOAD, GET, SET, DEL, PTTL, PEXPIRE and PERSIST on the prefix's keys",
            ),
        ),
        (
            ErrorKind::Server(
                ServerErrorKind::Moved | ServerErrorKind::Ask | ServerErrorKind::CrossSlot,
            ),
            _,
        ) => (
            Misconfigured,
            Some(
                "this Redis server is one node of a cluster: give the store a `ClusterConnection`",
            ),
        ),
        (_, "WRONGTYPE") => (
            Misconfigured,
            Some("another program writes keys with this prefix: choose another `with_prefix`"),
        ),
        (_, "OLDSERVER") => (
            Misconfigured,
            Some("this Redis server is too old: upgrade it to 7.0 or later"),
        ),
        (_, "MISCONF") => (
            Misconfigured,
            Some("Redis refuses to write since it cannot persist: see its log and its disk"),
        ),
        (_, "OOM") => (
            Full,
            Some("Redis has no memory for another event: raise its `maxmemory`"),
        ),
        (ErrorKind::InvalidClientConfig | ErrorKind::RESP3NotSupported, _) => (Misconfigured, None),
        _ => (Other, None),
    }
}

/// Says what to do, before what Redis said.
#[derive(Debug)]
struct Advised {
    advice: &'static str,
    source: RedisError,
}

impl fmt::Display for Advised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.advice, self.source)
    }
}

impl Error for Advised {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&self.source)
    }
}
