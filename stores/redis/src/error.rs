//! What failed, and what an operator can do about it.

use redis::{ErrorKind, RedisError, ServerErrorKind};
use tower_loops::idempotency::{StoreError, StoreErrorKind};

pub(crate) fn store_error(error: RedisError) -> StoreError {
    let (kind, advice) = classify(&error);
    let error = StoreError::new(kind, error);
    match advice {
        Some(advice) => error.with_advice(advice),
        None => error,
    }
}

/// Whether the server answered, and rejected the command.
pub(crate) fn is_rejection(error: &RedisError) -> bool {
    matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension)
}

/// Whether the last attempt changed nothing: it was rejected, or no connection could be made.
pub(crate) fn is_without_effect(error: &RedisError) -> bool {
    let no_connection = [
        ErrorKind::AuthenticationFailed,
        ErrorKind::InvalidClientConfig,
        ErrorKind::RESP3NotSupported,
    ];
    is_rejection(error) || error.is_connection_refusal() || no_connection.contains(&error.kind())
}

fn classify(error: &RedisError) -> (StoreErrorKind, Option<&'static str>) {
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
                "Redis rejects the credentials: check the user and the password in the connection URL",
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
            Some("Redis rejects writes because it cannot persist: see its log and its disk"),
        ),
        (_, "OOM") => (
            Full,
            Some("Redis has no memory for another event: raise its `maxmemory`"),
        ),
        (ErrorKind::InvalidClientConfig | ErrorKind::RESP3NotSupported, _) => (Misconfigured, None),
        _ => (Other, None),
    }
}
