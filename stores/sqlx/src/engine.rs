//! What differs between the engines.

#[cfg(feature = "mysql")]
mod mysql;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::pin::Pin;

use sqlx::{Database, Executor, SqlSafeStr, error::DatabaseError, raw_sql};
use tower_loops::idempotency::{Claim, EventKey, Retention, Token};
use tower_loops_sql::seconds;

use crate::diagnosis::Diagnosis;

/// A database that has a store: `Postgres`, `Sqlite` and `MySql` of sqlx, each with the feature of
/// its name. Sealed.
pub trait Engine: Operations {}

impl<DB: Operations> Engine for DB {}

/// The outcome of one attempt. `None`: others changed the key at the same time, so the operation
/// must be repeated.
pub(crate) type Attempt<'a, T> = Pin<Box<dyn Future<Output = sqlx::Result<Option<T>>> + Send + 'a>>;

/// The arguments of an operation.
#[derive(Debug)]
pub struct Call {
    pub(crate) key: EventKey,
    /// None of a mark.
    pub(crate) token: Option<Token>,
    /// The lease or the retention. None of a release.
    pub(crate) time: Option<Retention>,
}

impl Call {
    fn token(&self) -> Option<&[u8]> {
        self.token.as_ref().map(|token| token.as_bytes().as_slice())
    }

    /// The time in seconds, `None` forever.
    fn seconds(&self) -> Option<f64> {
        match self.time? {
            Retention::For(time) => seconds(time),
            Retention::Forever => None,
        }
    }
}

/// What a store needs of a database.
pub trait Operations: Database {
    fn schema_sql() -> &'static str;

    fn mark_sql() -> &'static str;

    fn claim<'a>(connection: &'a mut Self::Connection, call: &'a Call) -> Attempt<'a, Claim>;

    /// Returns whether the key was held.
    fn extend<'a>(connection: &'a mut Self::Connection, call: &'a Call) -> Attempt<'a, bool>;

    /// Returns whether the key was held.
    fn complete<'a>(connection: &'a mut Self::Connection, call: &'a Call) -> Attempt<'a, bool>;

    /// Returns whether the key was held.
    fn release<'a>(connection: &'a mut Self::Connection, call: &'a Call) -> Attempt<'a, bool>;

    /// Returns whether the event is fresh.
    fn mark<'a>(connection: &'a mut Self::Connection, call: &'a Call) -> Attempt<'a, bool>;

    /// Deletes at most `limit` expired entries. Returns the number deleted.
    fn purge<'a>(connection: &'a mut Self::Connection, limit: &'a u32) -> Attempt<'a, u64>;

    /// Creates the table where it is missing, and checks that it fits the statements.
    fn ensure_schema<'a>(connection: &'a mut Self::Connection, _: &'a ()) -> Attempt<'a, ()>;

    /// What an error of the engine means.
    fn diagnose(error: &dyn DatabaseError) -> Diagnosis;
}

/// Creates the schema unless these statements fit the existing table.
async fn ensure_schema<DB: Operations>(
    connection: &mut DB::Connection,
    statements: &[&'static str],
) -> sqlx::Result<Option<()>>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    if check::<DB>(connection, statements).await.is_ok() {
        return Ok(Some(()));
    }
    // It may fail because others create the table at the same time. Then the table exists.
    let schema = raw_sql(DB::schema_sql());
    let created = schema.execute(&mut *connection).await;
    let checked = check::<DB>(connection, statements).await;
    checked.map_err(|error| created.err().unwrap_or(error))?;
    Ok(Some(()))
}

async fn check<DB: Operations>(
    connection: &mut DB::Connection,
    statements: &[&'static str],
) -> sqlx::Result<()>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    for sql in statements {
        connection.prepare(sql.into_sql_str()).await?;
    }
    Ok(())
}
