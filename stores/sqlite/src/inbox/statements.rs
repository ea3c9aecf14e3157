//! Each operation of the inbox, on one connection.

use std::time::{SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Result, params};
use tower_loops::{
    StoredEvent,
    inbox::{Accepted, Counts, DeadEvent, EventKey, InvalidKey, Outcome, Taken, Token},
};
use tower_loops_sql::{
    millis, repeated_share,
    sqlite::inbox::{
        ACCEPT, BURY, COUNTS, DEAD, DONE, EXTEND, IS_DUE, IS_KNOWN, LIST_DEAD, RELEASE, RETRY, TAKE,
    },
};

use crate::inbox::rows;

pub(super) fn known(connection: &Connection, key: &EventKey) -> Result<Option<Accepted>> {
    let is_known = connection
        .prepare_cached(IS_KNOWN)?
        .query_row(params![key.namespace(), key.id()], |row| row.get(0))?;
    Ok(if is_known {
        Some(Accepted::Known)
    } else {
        None
    })
}

pub(super) fn accept(
    connection: &Connection,
    key: &EventKey,
    event: &StoredEvent,
) -> Result<Accepted> {
    let stored = connection.prepare_cached(ACCEPT)?.execute(params![
        key.namespace(),
        key.id(),
        unix_millis(event.received_at()),
        unix_millis(event.signed_at()),
        i64::try_from(event.secret_index()).unwrap_or(i64::MAX),
        &event.payload()[..],
    ])?;
    Ok(if stored == 1 {
        Accepted::New
    } else {
        Accepted::Known
    })
}

/// Looks whether there is anything to take: idle workers do not wait for the lock.
pub(super) fn nothing_due(connection: &Connection, token: Token) -> Result<Option<Vec<Taken>>> {
    let is_due: bool = connection
        .prepare_cached(IS_DUE)?
        .query_row([token.as_bytes()], |row| row.get(0))?;
    Ok(if is_due { None } else { Some(Vec::new()) })
}

pub(super) fn take(
    connection: &Connection,
    token: Token,
    limit: usize,
    lease_millis: i64,
) -> Result<Vec<Taken>> {
    let repeated = repeated_share(token.as_bytes(), limit);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(TAKE)?;
    let parameters = params![token.as_bytes(), limit, lease_millis, repeated];
    let rows = statement.query_map(parameters, |row| {
        Ok((row.get::<_, i64>(0)?, rows::taken(row)?))
    })?;
    let mut rows = rows.collect::<Result<Vec<_>>>()?;
    // `RETURNING` has no order.
    rows.sort_by_key(|(rowid, _)| *rowid);
    let mut events = Vec::with_capacity(rows.len());
    for (rowid, taken) in rows {
        match taken {
            Some(taken) => events.push(taken),
            None => {
                let mut bury = connection.prepare_cached(BURY)?;
                bury.execute(params![rowid, InvalidKey.to_string()])?;
            }
        }
    }
    Ok(events)
}

pub(super) fn extend(
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

pub(super) fn finish(
    connection: &Connection,
    key: &EventKey,
    token: Token,
    outcome: &Outcome,
) -> Result<bool> {
    let (namespace, id, token) = (key.namespace(), key.id(), token.as_bytes());
    let changed = match outcome {
        Outcome::Done => {
            let was_held = connection
                .prepare_cached(DONE)?
                .query_row(params![namespace, id, token], |row| row.get(0))
                .optional()?;
            return Ok(was_held.unwrap_or(false));
        }
        Outcome::Retry { after, error } => {
            // Unlike a lease, a pause may be zero.
            let pause = if after.is_zero() { 0 } else { millis(*after) };
            let mut retry = connection.prepare_cached(RETRY)?;
            retry.execute(params![namespace, id, token, pause, error])?
        }
        Outcome::Released => connection
            .prepare_cached(RELEASE)?
            .execute(params![namespace, id, token])?,
        Outcome::Dead { error } => connection
            .prepare_cached(DEAD)?
            .execute(params![namespace, id, token, error])?,
    };
    Ok(changed == 1)
}

pub(super) fn counts(connection: &Connection) -> Result<Counts> {
    let mut statement = connection.prepare_cached(COUNTS)?;
    statement.query_row([], rows::counts)
}

pub(super) fn dead(connection: &Connection, limit: usize) -> Result<Vec<DeadEvent>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(LIST_DEAD)?;
    statement.query_map([limit], rows::dead)?.collect()
}

/// Before 1970 counts as 1970.
fn unix_millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
