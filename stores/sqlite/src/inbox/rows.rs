//! The rows that statements return. Whatever is in a row, reading it does not fail: a row that
//! cannot be read must not keep others from being taken.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::{Result, Row, types::ValueRef};
use tower_loops::{
    StoredEvent,
    inbox::{Counts, DeadEvent, EventKey, Taken},
};

/// `None` if the namespace and id of the row are not those of a key.
pub(super) fn taken(row: &Row<'_>) -> Result<Option<Taken>> {
    let (namespace, id) = parts(row)?;
    let key = EventKey::restore(&namespace, &id).ok();
    key.map(|key| with_key(row, key)).transpose()
}

/// An invalid key is listed as its digest, so that somebody sees it.
pub(super) fn dead(row: &Row<'_>) -> Result<DeadEvent> {
    let (namespace, id) = parts(row)?;
    let key = EventKey::restore(&namespace, &id);
    let taken = with_key(row, key.unwrap_or_else(|_| EventKey::new(&namespace, &id)))?;
    Ok(DeadEvent {
        key: taken.key,
        event: taken.event,
        attempts: taken.attempt,
        accepted_at: taken.accepted_at,
        died_at: time(row, 10)?,
        error: taken.last_error.unwrap_or_default(),
    })
}

pub(super) fn counts(row: &Row<'_>) -> Result<Counts> {
    let age: Option<i64> = row.get(3)?;
    Ok(Counts {
        waiting: count(integer(row, 0)?),
        running: count(integer(row, 1)?),
        dead: count(integer(row, 2)?),
        // The age is negative if the clock was set back.
        oldest_waiting: age.map(|millis| Duration::from_millis(count(millis))),
    })
}

fn parts(row: &Row<'_>) -> Result<(String, String)> {
    let namespace = text(row, 1)?.unwrap_or_default();
    Ok((namespace, text(row, 2)?.unwrap_or_default()))
}

fn with_key(row: &Row<'_>, key: EventKey) -> Result<Taken> {
    let payload = bytes(row, 9)?.unwrap_or_default().to_vec();
    let secret_index = usize::try_from(integer(row, 8)?).unwrap_or_default();
    Ok(Taken {
        key,
        event: StoredEvent::new(payload.into(), time(row, 7)?, secret_index, time(row, 6)?),
        attempt: u32::try_from(integer(row, 3)?).unwrap_or(u32::MAX),
        accepted_at: time(row, 5)?,
        last_error: text(row, 4)?,
    })
}

fn bytes<'a>(row: &'a Row<'_>, column: usize) -> Result<Option<&'a [u8]>> {
    Ok(row.get_ref(column)?.as_bytes_or_null().ok().flatten())
}

fn text(row: &Row<'_>, column: usize) -> Result<Option<String>> {
    let bytes = bytes(row, column)?;
    Ok(bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()))
}

fn integer(row: &Row<'_>, column: usize) -> Result<i64> {
    Ok(match row.get_ref(column)? {
        ValueRef::Integer(number) => number,
        _ => 0,
    })
}

/// A time that this system cannot hold is 1970.
fn time(row: &Row<'_>, column: usize) -> Result<SystemTime> {
    let since = Duration::from_millis(count(integer(row, column)?));
    Ok(UNIX_EPOCH.checked_add(since).unwrap_or(UNIX_EPOCH))
}

fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
