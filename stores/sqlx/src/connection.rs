//! A connection of the pool, for one operation.

use std::{io, time::Duration};

use sqlx::{Database, Pool, pool::PoolConnection};
use tokio::time::{sleep, timeout};
use tower_loops::idempotency::{StoreError, StoreErrorKind};
use tower_loops_sql::conflict_pause;

use crate::{
    engine::{Attempt, Engine},
    error::{is_conflict, of_pool, of_statement},
};

/// A connection without an answer after this time counts as dead.
const LONGEST: Duration = Duration::from_secs(30);

/// Maximum attempts of an operation on conflicts with others.
const MAX_ATTEMPTS: u32 = 10;

/// Runs an operation to its end, even if the caller stops waiting.
///
/// sqlx does not expect that an answer is left unread: a future that is dropped midway may leave
/// its connection in a state in which the next operation takes the answer for its own. So each
/// operation has a task of its own, and a connection that does not answer is closed.
pub(crate) async fn run<DB: Engine, I, T>(
    pool: &Pool<DB>,
    input: I,
    attempt: for<'a> fn(&'a mut <DB as Database>::Connection, &'a I) -> Attempt<'a, T>,
) -> Result<T, StoreError>
where
    I: Send + Sync + 'static,
    T: Send + 'static,
{
    let mut connection = pool.acquire().await.map_err(of_pool::<DB>)?;
    let task = tokio::spawn(async move {
        let repeated = repeat::<DB, I, T>(&mut connection, &input, attempt);
        match timeout(LONGEST, repeated).await {
            Ok(result) => result,
            Err(elapsed) => {
                drop(connection.detach());
                let error = StoreError::new(StoreErrorKind::Unavailable, elapsed);
                Err(error.with_advice("the database does not answer"))
            }
        }
    });
    match task.await {
        Ok(result) => result,
        Err(stopped) => Err(StoreError::new(StoreErrorKind::Unavailable, stopped)),
    }
}

async fn repeat<DB: Engine, I, T>(
    connection: &mut PoolConnection<DB>,
    input: &I,
    attempt: for<'a> fn(&'a mut <DB as Database>::Connection, &'a I) -> Attempt<'a, T>,
) -> Result<T, StoreError> {
    for number in 0..MAX_ATTEMPTS {
        match attempt(connection, input).await {
            Ok(Some(outcome)) => return Ok(outcome),
            Ok(None) => {}
            Err(error) if is_conflict::<DB>(&error) && number + 1 < MAX_ATTEMPTS => {}
            Err(error) => return Err(of_statement::<DB>(error)),
        }
        sleep(conflict_pause(number)).await;
    }
    let contention = io::Error::other("too much contention");
    Err(StoreError::new(StoreErrorKind::Unavailable, contention)
        .with_advice("others changed the event at each attempt")
        .without_effect())
}
