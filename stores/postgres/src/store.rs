//! The store.

use std::{fmt, sync::Arc, time::Duration};

use deadpool_postgres::Pool;
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, StoreErrorKind, Token,
};
use tower_loops_sql::postgres::{Statements, TableName, TableNameError};

use crate::{
    connection::run,
    error::{explained, of_statement},
    operations::{claim, execute, make_schema, retention_seconds, seconds},
};

/// Remembers events in a table of a PostgreSQL database. Clones share the pool.
#[derive(Clone)]
pub struct PostgresStore {
    pub(crate) pool: Pool,
    pub(crate) statements: Arc<Statements>,
    mark_retention: Retention,
}

impl PostgresStore {
    /// A store in the table `tower_loops_events` of the pool's database, found by the connections' `search_path`. The table
    /// is not made: see [`ensure_schema`](Self::ensure_schema).
    #[must_use]
    pub fn new(pool: Pool) -> Self {
        Self {
            pool,
            statements: Arc::new(Statements::new(&TableName::default())),
            mark_retention: Retention::Forever,
        }
    }

    /// Sets the table: `table` or `schema.table`, as it is written, capitals included. Default: `tower_loops_events`.
    ///
    /// # Errors
    ///
    /// When a part is empty, longer than 57 bytes, begins with a digit, or has anything but ASCII letters, digits and
    /// underscores.
    pub fn with_table(mut self, name: &str) -> Result<Self, TableNameError> {
        self.statements = Arc::new(Statements::new(&TableName::parse(name)?));
        Ok(self)
    }

    /// Sets for how long [`mark_processed`](Self::mark_processed) remembers an event. Default: [`Retention::Forever`].
    #[must_use]
    pub fn with_mark_retention(mut self, retention: impl Into<Retention>) -> Self {
        self.mark_retention = retention.into();
        self
    }

    /// The SQL that makes the table and its index where they are missing, for a migration.
    #[must_use]
    pub fn schema_sql(&self) -> &str {
        &self.statements.schema
    }

    /// Makes the table and its index, where they are missing. Any number of processes may call it at a time. The database
    /// user needs the right to create tables only if there is none.
    ///
    /// # Errors
    ///
    /// When PostgreSQL cannot be reached, the user may not create tables, or there is another table of this name.
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        let statements = Arc::clone(&self.statements);
        run(&self.pool, async move |connection| {
            let made = make_schema(&connection, &statements).await;
            connection.give_back();
            made.map_err(|error| of_statement(error, &statements.table))
        })
        .await
    }

    pub(crate) fn mark_seconds(&self) -> Option<f64> {
        retention_seconds(self.mark_retention)
    }

    /// Runs one statement about a key, again where others got in its way.
    async fn execute(
        &self,
        statement: fn(&Statements) -> &str,
        key: &EventKey,
        token: Option<Token>,
        time: Option<Option<f64>>,
    ) -> Result<bool, StoreError> {
        let (statements, key) = (Arc::clone(&self.statements), key.clone());
        run(&self.pool, async move |connection| {
            let sql = statement(&statements);
            let changed = execute(&connection, sql, &key, token, time).await;
            connection.give_back();
            changed.map_err(|error| of_statement(error, &statements.table))
        })
        .await
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore")
            .field("table", &self.statements.table)
            .field("mark_retention", &self.mark_retention)
            .finish_non_exhaustive()
    }
}

impl EventStore for PostgresStore {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let (statements, key) = (Arc::clone(&self.statements), key.clone());
        run(&self.pool, async move |connection| {
            let claim = claim(&connection, &statements, &key, token, lease).await;
            connection.give_back();
            match claim {
                Ok(Some(claim)) => Ok(claim),
                Ok(None) => Err(explained(
                    StoreErrorKind::Unavailable,
                    "others changed the event again and again",
                    "too much contention",
                )),
                Err(error) => Err(of_statement(error, &statements.table)),
            }
        })
        .await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let time = Some(seconds(lease));
        self.execute(|all| &all.extend, key, Some(token), time)
            .await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let time = Some(retention_seconds(retention));
        let is_holder = self
            .execute(|all| &all.complete_held, key, Some(token), time)
            .await?;
        if is_holder {
            return Ok(Completion::Held);
        }
        self.execute(|all| &all.complete, key, None, time).await?;
        Ok(Completion::LeaseLost)
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        self.execute(|all| &all.release, key, Some(token), None)
            .await
    }
}
