//! Each operation of the inbox, on one connection.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Connection, OptionalExtension, Result, Row, params, types::ValueRef};
use tower_loops::{
    StoredEvent,
    inbox::{Accepted, Counts, DeadEvent, EventKey, Outcome, Taken, Token},
};
use tower_loops_sql::{
    millis,
    sqlite::inbox::{ACCEPT, COUNTS, DEAD, DONE, EXTEND, IS_DUE, IS_KNOWN, LIST_DEAD, RETRY, TAKE},
};

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
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(TAKE)?;
    let rows = statement.query_map(params![token.as_bytes(), limit, lease_millis], |row| {
        Ok((row.get::<_, i64>(0)?, taken(row)?))
    })?;
    let mut taken = rows.collect::<Result<Vec<_>>>()?;
    // `RETURNING` has no order.
    taken.sort_by_key(|(rowid, _)| *rowid);
    Ok(taken.into_iter().filter_map(|(_, taken)| taken).collect())
}

/// The table's constraints keep out what is no key.
fn taken(row: &Row<'_>) -> Result<Option<Taken>> {
    let (namespace, id): (String, String) = (row.get(1)?, row.get(2)?);
    let Ok(key) = EventKey::restore(&namespace, &id) else {
        return Ok(None);
    };
    let payload: Option<Vec<u8>> = row.get(9)?;
    Ok(Some(Taken {
        key,
        event: StoredEvent::new(
            payload.unwrap_or_default().into(),
            time(row.get(7)?),
            usize::try_from(row.get::<_, i64>(8)?).unwrap_or_default(),
            time(row.get(6)?),
        ),
        attempt: u32::try_from(row.get::<_, i64>(3)?).unwrap_or(u32::MAX),
        accepted_at: time(row.get(5)?),
        last_error: text(row.get_ref(4)?),
    }))
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
    let changed =
        match outcome {
            Outcome::Done => {
                let was_held = connection
                    .prepare_cached(DONE)?
                    .query_row(params![namespace, id, token], |row| row.get(0))
                    .optional()?;
                return Ok(was_held.unwrap_or(false));
            }
            Outcome::Retry { after, error } => connection
                .prepare_cached(RETRY)?
                .execute(params![namespace, id, token, millis(*after), error])?,
            Outcome::Dead { error } => connection
                .prepare_cached(DEAD)?
                .execute(params![namespace, id, token, error])?,
        };
    Ok(changed == 1)
}

pub(super) fn counts(connection: &Connection) -> Result<Counts> {
    connection.prepare_cached(COUNTS)?.query_row([], |row| {
        let age: Option<i64> = row.get(3)?;
        // Negative if the clock was set back.
        let age = age.map(|millis| Duration::from_millis(count(millis)));
        Ok(Counts {
            waiting: count(row.get(0)?),
            running: count(row.get(1)?),
            dead: count(row.get(2)?),
            oldest_waiting: age,
        })
    })
}

pub(super) fn dead(connection: &Connection, limit: usize) -> Result<Vec<DeadEvent>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let mut statement = connection.prepare_cached(LIST_DEAD)?;
    let rows = statement.query_map([limit], |row| {
        let died_at = time(row.get(10)?);
        Ok(taken(row)?.map(|taken| DeadEvent {
            key: taken.key,
            event: taken.event,
            attempts: taken.attempt,
            accepted_at: taken.accepted_at,
            died_at,
            error: taken.last_error.unwrap_or_default(),
        }))
    })?;
    rows.filter_map(Result::transpose).collect()
}

/// As text, whatever has been written there.
fn text(value: ValueRef<'_>) -> Option<String> {
    let bytes = value.as_bytes_or_null().ok().flatten()?;
    Some(String::from_utf8_lossy(bytes).into_owned())
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

/// Before 1970 counts as 1970.
fn unix_millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// A time that this system cannot hold is 1970.
fn time(unix_millis: i64) -> SystemTime {
    let since = Duration::from_millis(count(unix_millis));
    UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH)
}
