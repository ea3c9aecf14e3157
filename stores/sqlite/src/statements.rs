//! Each operation, on one connection.

use std::time::Duration;

use rusqlite::{Connection, OptionalExtension, Result, params};
use tower_loops::idempotency::{Claim, Completion, EventKey, Mark, Token};
use tower_loops_sql::sqlite::{
    CLAIM, COMPLETE_HELD, COMPLETE_LOST, EXTEND, MARK, PURGE, RELEASE, SCHEMA, TAKEN,
};

pub(crate) fn ensure_schema(connection: &Connection) -> Result<()> {
    connection.execute_batch(SCHEMA)?;
    // A table of the same name and another shape would be found out only by the first event.
    for statement in [
        CLAIM,
        TAKEN,
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

/// The answer of a claim that cannot take the key.
pub(crate) fn taken(
    connection: &Connection,
    key: &EventKey,
    token: Token,
) -> Result<Option<Claim>> {
    connection
        .prepare_cached(TAKEN)?
        .query_row(
            params![key.namespace(), key.id(), token.as_bytes()],
            |row| {
                if row.get(0)? {
                    return Ok(Claim::Done);
                }
                let rest = u64::try_from(row.get::<_, i64>(1)?).unwrap_or(0);
                let retry_after = Duration::from_millis(rest);
                Ok(Claim::InFlight { retry_after })
            },
        )
        .optional()
}

pub(crate) fn claim(
    connection: &Connection,
    key: &EventKey,
    token: Token,
    lease_millis: i64,
) -> Result<Claim> {
    loop {
        let claimed = connection.prepare_cached(CLAIM)?.execute(params![
            key.namespace(),
            key.id(),
            token.as_bytes(),
            lease_millis
        ])?;
        if claimed == 1 {
            return Ok(Claim::Claimed);
        }
        // If there is no answer, the entry has expired since: try again.
        if let Some(answer) = taken(connection, key, token)? {
            return Ok(answer);
        }
    }
}

pub(crate) fn extend(
    connection: &Connection,
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
    connection: &Connection,
    key: &EventKey,
    token: Token,
    retention_millis: i64,
) -> Result<Completion> {
    let held = connection.prepare_cached(COMPLETE_HELD)?.execute(params![
        key.namespace(),
        key.id(),
        token.as_bytes(),
        retention_millis
    ])?;
    if held == 1 {
        return Ok(Completion::Held);
    }
    connection.prepare_cached(COMPLETE_LOST)?.execute(params![
        key.namespace(),
        key.id(),
        retention_millis
    ])?;
    Ok(Completion::LeaseLost)
}

pub(crate) fn release(connection: &Connection, key: &EventKey, token: Token) -> Result<bool> {
    let released = connection.prepare_cached(RELEASE)?.execute(params![
        key.namespace(),
        key.id(),
        token.as_bytes()
    ])?;
    Ok(released == 1)
}

/// `retention` is in seconds; `None` stands for forever.
pub(crate) fn mark(
    connection: &Connection,
    key: &EventKey,
    retention: Option<f64>,
) -> Result<Mark> {
    let marked =
        connection
            .prepare_cached(MARK)?
            .execute(params![key.namespace(), key.id(), retention])?;
    Ok(if marked == 1 {
        Mark::Fresh
    } else {
        Mark::Duplicate
    })
}

/// Deletes at most `limit` expired rows, those that ended first.
pub(crate) fn purge(connection: &Connection, limit: u32) -> Result<u64> {
    let deleted = connection.prepare_cached(PURGE)?.execute([limit])?;
    Ok(deleted as u64)
}
