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

/// Maximum attempts of an operation that conflicts with others.
const MAX_ATTEMPTS: u32 = 10;

/// Runs an operation to its end, even if the caller stops waiting.
///
/// sqlx closes a MySQL connection on which a dropped future left answers unread; under load the
/// pool would lose one connection after another. So each operation has its own task. Only a
/// connection that does not answer at all is closed.
pub(crate) async fn run<DB: Engine, I, T>(
    pool: &Pool<DB>,
    input: I,
    attempt: for<'a> fn(&'a mut <DB as Database>::Connection, &'a I) -> Attempt<'a, T>,
) -> Result<T, StoreError>
where
    I: Send + Sync + 'static,
    T: Send + 'static,
{
    run_within(LONGEST, pool, input, attempt).await
}

async fn run_within<DB: Engine, I, T>(
    limit: Duration,
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
        match timeout(limit, repeated).await {
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

#[cfg(all(test, feature = "sqlite"))]
mod tests {
    use std::{
        error::Error,
        future::{pending, ready},
        sync::atomic::{AtomicU32, Ordering::Relaxed},
        time::Duration,
    };

    use sqlx::{Sqlite, SqliteConnection, SqlitePool, sqlite::SqlitePoolOptions};

    use super::{MAX_ATTEMPTS, run, run_within};
    use crate::engine::Attempt;

    async fn pool_of_one() -> SqlitePool {
        let options = SqlitePoolOptions::new().max_connections(1);
        options.connect("sqlite::memory:").await.unwrap()
    }

    /// Succeeds after this many attempts with conflicts.
    fn hampered<'a>(_: &'a mut SqliteConnection, remaining: &'a AtomicU32) -> Attempt<'a, ()> {
        let is_hampered = remaining.fetch_update(Relaxed, Relaxed, |number| number.checked_sub(1));
        Box::pin(ready(Ok(is_hampered.is_err().then_some(()))))
    }

    fn unanswered<'a>(_: &'a mut SqliteConnection, _: &'a ()) -> Attempt<'a, ()> {
        Box::pin(pending())
    }

    #[tokio::test]
    async fn an_operation_is_repeated_a_bounded_number_of_times() {
        let pool = pool_of_one().await;
        let almost = AtomicU32::new(MAX_ATTEMPTS - 1);
        run::<Sqlite, _, _>(&pool, almost, hampered).await.unwrap();
        let always = AtomicU32::new(MAX_ATTEMPTS);
        let error = run::<Sqlite, _, _>(&pool, always, hampered).await;
        assert!(!error.unwrap_err().may_have_taken_effect());
    }

    #[tokio::test]
    async fn a_connection_that_does_not_answer_is_replaced() {
        let pool = pool_of_one().await;
        let limit = Duration::from_millis(10);
        let error = run_within::<Sqlite, _, _>(limit, &pool, (), unanswered).await;
        let cause = error.unwrap_err().source().unwrap().to_string();
        assert!(cause.contains("does not answer"), "{cause}");
        assert_eq!(pool.size(), 0);
        let next = AtomicU32::new(0);
        run::<Sqlite, _, _>(&pool, next, hampered).await.unwrap();
    }
}
