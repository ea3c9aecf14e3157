//! The rows that statements return.

use std::time::{Duration, SystemTime};

use tokio_postgres::{Error, Row};
use tower_loops::{
    StoredEvent,
    inbox::{Counts, DeadEvent, EventKey, Taken},
};

pub(super) fn taken(rows: Vec<Row>) -> Result<Option<Vec<Taken>>, Error> {
    let taken = rows.iter().filter_map(|row| event(row).transpose());
    taken.collect::<Result<_, _>>().map(Some)
}

pub(super) fn dead(rows: Vec<Row>) -> Result<Option<Vec<DeadEvent>>, Error> {
    let dead = rows.iter().filter_map(|row| {
        let dead = |taken: Taken| {
            Ok(DeadEvent {
                key: taken.key,
                event: taken.event,
                attempts: taken.attempt,
                accepted_at: taken.accepted_at,
                died_at: row.try_get(9)?,
                error: taken.last_error.unwrap_or_default(),
            })
        };
        event(row).transpose().map(|taken| taken.and_then(dead))
    });
    dead.collect::<Result<_, _>>().map(Some)
}

/// The table's constraints keep out what is no key.
fn event(row: &Row) -> Result<Option<Taken>, Error> {
    let Ok(key) = EventKey::restore(row.try_get(0)?, row.try_get(1)?) else {
        return Ok(None);
    };
    let (attempts, secret_index): (i32, i32) = (row.try_get(2)?, row.try_get(7)?);
    let payload: Option<Vec<u8>> = row.try_get(8)?;
    let received_at: SystemTime = row.try_get(5)?;
    Ok(Some(Taken {
        key,
        event: StoredEvent::new(
            payload.unwrap_or_default().into(),
            row.try_get(6)?,
            usize::try_from(secret_index).unwrap_or_default(),
            received_at,
        ),
        attempt: u32::try_from(attempts).unwrap_or(u32::MAX),
        accepted_at: row.try_get(4)?,
        last_error: row.try_get(3)?,
    }))
}

pub(super) fn counts(row: Option<Row>) -> Result<Option<Counts>, Error> {
    let Some(row) = row else { return Ok(None) };
    let count = |column: usize| row.try_get(column).map(i64::unsigned_abs);
    let age: Option<f64> = row.try_get(3)?;
    Ok(Some(Counts {
        waiting: count(0)?,
        running: count(1)?,
        dead: count(2)?,
        // Negative if the clock was set back.
        oldest_waiting: age
            .map(|age| Duration::try_from_secs_f64(age.max(0.0)).unwrap_or(Duration::MAX)),
    }))
}

pub(super) fn count(row: Option<Row>) -> Result<Option<u64>, Error> {
    let count: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
    Ok(count.map(i64::unsigned_abs))
}
