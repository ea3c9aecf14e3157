//! The table, and each operation as SQL.

use std::time::Duration;

use rusqlite::{Connection, Result, TransactionBehavior, params};
use tower_loops::idempotency::{Claim, Completion, EventKey, Token};

use crate::mark::Mark;

/// What [`SqliteStore::ensure_schema`](crate::SqliteStore::ensure_schema) runs, for a migration of your own. It may be run again.
pub const SCHEMA: &str = "\
CREATE TABLE IF NOT EXISTS tower_loops_events (
    namespace TEXT NOT NULL,
    event_id TEXT NOT NULL,
    -- Who is handling the event. NULL: it is done.
    token BLOB,
    -- When that is over and the row as good as absent, in milliseconds since 1970.
    ends_at INTEGER NOT NULL,
    PRIMARY KEY (namespace, event_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS tower_loops_events_ends_at ON tower_loops_events (ends_at);
";

/// The engine's clock, in milliseconds since 1970.
macro_rules! now {
    () => {
        "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
    };
}

/// The time so many milliseconds from now, at most the last millisecond of the year 9999.
macro_rules! after {
    ($millis:literal) => {
        concat!("min(", now!(), " + ", $millis, ", 253402300799999)")
    };
}

const CLAIM: &str = concat!(
    "INSERT INTO tower_loops_events (namespace, event_id, token, ends_at) VALUES (?1, ?2, ?3, ",
    after!("?4"),
    ") ON CONFLICT (namespace, event_id) DO UPDATE SET token = excluded.token, ends_at = excluded.ends_at
       WHERE ends_at <= ",
    now!(),
    " OR token = excluded.token",
);

const STATE: &str = concat!(
    "SELECT token IS NULL, ends_at - ",
    now!(),
    " FROM tower_loops_events WHERE namespace = ?1 AND event_id = ?2",
);

const EXTEND: &str = concat!(
    "UPDATE tower_loops_events SET ends_at = ",
    after!("?4"),
    " WHERE namespace = ?1 AND event_id = ?2 AND token = ?3 AND ends_at > ",
    now!(),
);

const COMPLETE_HELD: &str = concat!(
    "UPDATE tower_loops_events SET token = NULL, ends_at = ",
    after!("?4"),
    " WHERE namespace = ?1 AND event_id = ?2 AND token = ?3 AND ends_at > ",
    now!(),
);

const COMPLETE_LOST: &str = concat!(
    "INSERT INTO tower_loops_events (namespace, event_id, token, ends_at) VALUES (?1, ?2, NULL, ",
    after!("?3"),
    ") ON CONFLICT (namespace, event_id) DO UPDATE SET token = NULL, ends_at = excluded.ends_at",
);

const RELEASE: &str = concat!(
    "DELETE FROM tower_loops_events WHERE namespace = ?1 AND event_id = ?2 AND token = ?3 AND ends_at > ",
    now!(),
);

const MARK: &str = concat!(
    "INSERT INTO tower_loops_events (namespace, event_id, token, ends_at) VALUES (?1, ?2, NULL, ",
    after!("?3"),
    ") ON CONFLICT (namespace, event_id) DO UPDATE SET token = NULL, ends_at = excluded.ends_at
       WHERE ends_at <= ",
    now!(),
);

const PURGE: &str = concat!(
    "DELETE FROM tower_loops_events WHERE (namespace, event_id) IN
       (SELECT namespace, event_id FROM tower_loops_events WHERE ends_at <= ",
    now!(),
    " ORDER BY ends_at LIMIT ?1)",
);

pub(crate) fn ensure_schema(connection: &mut Connection) -> Result<()> {
    connection.execute_batch(SCHEMA)?;
    // A table of the same name and another shape would be found out only by the first event.
    for statement in [
        CLAIM,
        STATE,
        EXTEND,
        COMPLETE_HELD,
        COMPLETE_LOST,
        RELEASE,
        MARK,
        PURGE,
    ] {
        connection.prepare_cached(statement)?;
    }
    Ok(())
}

pub(crate) fn claim(
    connection: &mut Connection,
    key: &EventKey,
    token: Token,
    lease_millis: i64,
) -> Result<Claim> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let taken = transaction.prepare_cached(CLAIM)?.execute(params![
        key.namespace(),
        key.id(),
        token.as_bytes(),
        lease_millis
    ])?;
    let claim = if taken == 1 {
        Claim::Claimed
    } else {
        let (is_done, rest) = transaction
            .prepare_cached(STATE)?
            .query_row(params![key.namespace(), key.id()], |row| {
                Ok((row.get::<_, bool>(0)?, row.get::<_, i64>(1)?))
            })?;
        if is_done {
            Claim::Done
        } else {
            // It may have ended since the statement before.
            let retry_after = Duration::from_millis(u64::try_from(rest).unwrap_or(0));
            Claim::InFlight { retry_after }
        }
    };
    transaction.commit()?;
    Ok(claim)
}

pub(crate) fn extend(
    connection: &mut Connection,
    key: &EventKey,
    token: Token,
    lease_millis: i64,
) -> Result<bool> {
    let extended = connection.prepare_cached(EXTEND)?.execute(params![
        key.namespace(),
        key.id(),
        token.as_bytes(),
        lease_millis
    ])?;
    Ok(extended == 1)
}

pub(crate) fn complete(
    connection: &mut Connection,
    key: &EventKey,
    token: Token,
    retention_millis: i64,
) -> Result<Completion> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let held = transaction.prepare_cached(COMPLETE_HELD)?.execute(params![
        key.namespace(),
        key.id(),
        token.as_bytes(),
        retention_millis
    ])? == 1;
    if !held {
        transaction.prepare_cached(COMPLETE_LOST)?.execute(params![
            key.namespace(),
            key.id(),
            retention_millis
        ])?;
    }
    transaction.commit()?;
    Ok(if held {
        Completion::Held
    } else {
        Completion::LeaseLost
    })
}

pub(crate) fn release(connection: &mut Connection, key: &EventKey, token: Token) -> Result<bool> {
    let released = connection.prepare_cached(RELEASE)?.execute(params![
        key.namespace(),
        key.id(),
        token.as_bytes()
    ])?;
    Ok(released == 1)
}

pub(crate) fn mark(
    connection: &Connection,
    namespace: &str,
    id: &str,
    retention_millis: i64,
) -> Result<Mark> {
    let marked =
        connection
            .prepare_cached(MARK)?
            .execute(params![namespace, id, retention_millis])?;
    Ok(if marked == 1 {
        Mark::Fresh
    } else {
        Mark::Duplicate
    })
}

/// Deletes at most so many expired rows, those that ended first.
pub(crate) fn purge(connection: &mut Connection, limit: u32) -> Result<u64> {
    let deleted = connection.prepare_cached(PURGE)?.execute([limit])?;
    Ok(deleted as u64)
}
