//! The rows that statements return.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio_postgres::{Error, Row};
use tower_loops::{
    StoredEvent,
    inbox::{Counts, DeadEvent, EventKey, Taken},
};

/// `None` stands for a row whose namespace and id are not those of a key.
pub(super) fn taken(rows: Vec<Row>) -> Result<Option<Vec<Option<Taken>>>, Error> {
    let taken = rows.iter().map(|row| {
        let (namespace, id) = key(row);
        let restored = EventKey::restore(namespace, id).ok();
        restored.map(|key| with_key(row, key))
    });
    Ok(Some(taken.collect()))
}

/// An invalid key is listed as its digest, so that somebody sees it.
pub(super) fn dead(rows: Vec<Row>) -> Result<Option<Vec<DeadEvent>>, Error> {
    let dead = rows.iter().map(|row| {
        let (namespace, id) = key(row);
        let restored = EventKey::restore(namespace, id);
        let key = restored.unwrap_or_else(|_| EventKey::new(namespace, id));
        let taken = with_key(row, key);
        DeadEvent {
            key: taken.key,
            event: taken.event,
            attempts: taken.attempt,
            accepted_at: taken.accepted_at,
            died_at: time(row, 9),
            error: taken.last_error.unwrap_or_default(),
        }
    });
    Ok(Some(dead.collect()))
}

pub(super) fn all(rows: Vec<Row>) -> Result<Option<Vec<Row>>, Error> {
    Ok(Some(rows))
}

/// Namespace and id, in the first two columns. What cannot be read is empty, as in no key.
pub(super) fn key(row: &Row) -> (&str, &str) {
    let part = |column: usize| row.try_get(column).unwrap_or_default();
    (part(0), part(1))
}

/// Whatever is in a row, reading it does not fail: a row that cannot be read must not keep others
/// from being taken. What is missing leaves an event without a payload, which no worker handles.
fn with_key(row: &Row, key: EventKey) -> Taken {
    let payload: Vec<u8> = row.try_get(8).unwrap_or_default();
    let secret_index: i32 = row.try_get(7).unwrap_or_default();
    let secret_index = usize::try_from(secret_index).unwrap_or_default();
    let attempts: i32 = row.try_get(2).unwrap_or(i32::MAX);
    Taken {
        key,
        event: StoredEvent::new(payload.into(), time(row, 6), secret_index, time(row, 5)),
        attempt: u32::try_from(attempts).unwrap_or(u32::MAX),
        accepted_at: time(row, 4),
        last_error: row.try_get(3).unwrap_or_default(),
    }
}

fn time(row: &Row, column: usize) -> SystemTime {
    row.try_get(column).unwrap_or(UNIX_EPOCH)
}

/// A time to store, from 1970 to the end of the year 9999: the driver panics at times that
/// PostgreSQL cannot hold.
pub(super) fn bounded(time: SystemTime) -> SystemTime {
    time.clamp(
        UNIX_EPOCH,
        UNIX_EPOCH + Duration::from_secs(253_402_300_799),
    )
}

pub(super) fn counts(row: Option<Row>) -> Result<Option<Counts>, Error> {
    let Some(row) = row else { return Ok(None) };
    let count = |column: usize| row.try_get(column).map(i64::unsigned_abs);
    let age: Option<f64> = row.try_get(3)?;
    Ok(Some(Counts {
        waiting: count(0)?,
        running: count(1)?,
        dead: count(2)?,
        // The age is negative if the clock was set back.
        oldest_waiting: age
            .map(|age| Duration::try_from_secs_f64(age.max(0.0)).unwrap_or(Duration::MAX)),
    }))
}

pub(super) fn count(row: Option<Row>) -> Result<Option<u64>, Error> {
    let count: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
    Ok(count.map(i64::unsigned_abs))
}
