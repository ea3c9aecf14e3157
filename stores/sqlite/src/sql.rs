//! Each operation, on one connection.

use std::time::Duration;

use rusqlite::{Connection, Result, TransactionBehavior, params};
use tower_loops::idempotency::{Claim, Completion, EventKey, Token};
use tower_loops_sql::sqlite::{
    CLAIM, COMPLETE_HELD, COMPLETE_LOST, EXTEND, MARK, PURGE, RELEASE, SCHEMA, STATE,
};

use crate::mark::Mark;

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
