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

use crate::error::Diagnosis;

/// The outcome of one attempt. `None`: others changed the key meanwhile, so the operation is to be
/// repeated.
pub(crate) type Attempt<'a, T> = Pin<Box<dyn Future<Output = sqlx::Result<Option<T>>> + Send + 'a>>;

/// One statement about one key.
#[derive(Debug)]
pub struct Call {
    pub(crate) sql: &'static str,
    pub(crate) key: EventKey,
    pub(crate) token: Option<Token>,
    /// The lease or the retention.
    pub(crate) time: Option<Retention>,
}

impl Call {
    /// The time in seconds, `None` forever.
    pub(crate) fn seconds(&self) -> Option<f64> {
        match self.time {
            Some(Retention::For(time)) => seconds(time),
            _ => None,
        }
    }
}

/// The statements of an engine .
#[derive(Debug)]
pub struct Statements {
    pub(crate) schema: &'static str,
    pub(crate) claim: &'static str,
    pub(crate) extend: &'static str,
    pub(crate) complete_held: &'static str,
    pub(crate) complete_lost: &'static str,
    pub(crate) release: &'static str,
    pub(crate) mark: &'static str,
    pub(crate) purge: &'static str,
}

/// A database that has a store: `Postgres`, `Sqlite` and `MySql` of sqlx, each with the feature of
/// its name. Sealed.
pub trait Engine: Operations {}

impl<DB: Operations> Engine for DB {}

/// What a store needs of a database.
pub trait Operations: Database {
    fn statements() -> &'static Statements;

    /// Claims a key.
    fn claim<'a>(connection: &'a mut Self::Connection, call: &'a Call) -> Attempt<'a, Claim>;

    /// Executes one of the other statements. Returns how many rows it affected.
    fn execute<'a>(connection: &'a mut Self::Connection, call: &'a Call) -> Attempt<'a, u64>;

    /// Marks an event as processed. Returns whether it is fresh.
    fn mark<'a>(connection: &'a mut Self::Connection, call: &'a Call) -> Attempt<'a, bool>;

    /// Deletes at most so many expired entries. Returns how many there were.
    fn purge<'a>(connection: &'a mut Self::Connection, limit: &'a u32) -> Attempt<'a, u64>;

    /// Creates the table where it is missing, and checks that it fits the statements.
    fn ensure_schema<'a>(connection: &'a mut Self::Connection, _: &'a ()) -> Attempt<'a, ()>;

    /// What an error of the engine means.
    fn diagnose(error: &dyn DatabaseError) -> Diagnosis;
}

/// Creates the schema unless all statements fit the table that is there.
async fn ensure_schema<DB: Operations>(connection: &mut DB::Connection) -> sqlx::Result<()>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    if check::<DB>(connection).await.is_ok() {
        return Ok(());
    }
    // It may fail because others create the table at the same time. Then the table is there.
    let schema = raw_sql(DB::statements().schema);
    let created = schema.execute(&mut *connection).await;
    let checked = check::<DB>(connection).await;
    checked.map_err(|error| created.err().unwrap_or(error))
}

async fn check<DB: Operations>(connection: &mut DB::Connection) -> sqlx::Result<()>
where
    for<'c> &'c mut DB::Connection: Executor<'c, Database = DB>,
{
    let Statements {
        schema: _,
        claim,
        extend,
        complete_held,
        complete_lost,
        release,
        mark,
        purge,
    } = DB::statements();
    for sql in [
        claim,
        extend,
        complete_held,
        complete_lost,
        release,
        mark,
        purge,
    ] {
        connection.prepare(sql.into_sql_str()).await?;
    }
    Ok(())
}
