//! The store.

use std::{fmt, time::Duration};

use sqlx::Pool;
use tower_loops::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, Token,
};

use crate::{
    connection::run,
    engine::{Call, Engine},
};

/// Remembers events in the table `tower_loops_events` of a database: [`sqlx::Postgres`],
/// [`sqlx::Sqlite`] or [`sqlx::MySql`] (also MariaDB). Clones share the pool.
///
/// ```no_run
/// use tower_loops::idempotency::IdempotencyLayer;
/// use tower_loops_sqlx::SqlxStore;
///
/// # async fn start() -> Result<(), tower_loops::BoxError> {
/// let pool = sqlx::PgPool::connect(&std::env::var("DATABASE_URL")?).await?;
/// let store = SqlxStore::new(pool);
/// store.ensure_schema().await?;
/// let layer = IdempotencyLayer::new(store);
/// # Ok(())
/// # }
/// ```
pub struct SqlxStore<DB: Engine> {
    pub(crate) pool: Pool<DB>,
    pub(crate) mark_retention: Retention,
}

impl<DB: Engine> SqlxStore<DB> {
    /// A store in the pool's database. The table is not created: see
    /// [`ensure_schema`](Self::ensure_schema).
    #[must_use]
    pub fn new(pool: Pool<DB>) -> Self {
        Self {
            pool,
            mark_retention: Retention::Forever,
        }
    }

    /// Sets for how long [`mark_processed`](Self::mark_processed) remembers an event. Default:
    /// [`Retention::Forever`].
    #[must_use]
    pub fn with_mark_retention(mut self, retention: impl Into<Retention>) -> Self {
        self.mark_retention = retention.into();
        self
    }

    /// The SQL that creates the table and its index where they are missing, for a migration.
    #[must_use]
    pub fn schema_sql(&self) -> &'static str {
        DB::schema_sql()
    }

    /// Creates the table and its index where they are missing, and checks that the table fits. Any
    /// number of processes may call it at once. The database user needs the right to create tables
    /// only if there is none.
    ///
    /// # Errors
    ///
    /// If the database cannot be reached, the user may not create tables, or there is another table
    /// of this name. On MySQL also if the session is not in strict mode.
    pub async fn ensure_schema(&self) -> Result<(), StoreError> {
        run(&self.pool, (), DB::ensure_schema).await
    }
}

impl<DB: Engine> EventStore for SqlxStore<DB> {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let call = call(key, token, Some(lease.into()));
        run(&self.pool, call, DB::claim).await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let call = call(key, token, Some(lease.into()));
        run(&self.pool, call, DB::extend).await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let call = call(key, token, Some(retention));
        let is_held = run(&self.pool, call, DB::complete).await?;
        Ok(if is_held {
            Completion::Held
        } else {
            Completion::LeaseLost
        })
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        run(&self.pool, call(key, token, None), DB::release).await
    }
}

fn call(key: &EventKey, token: Token, time: Option<Retention>) -> Call {
    Call {
        key: key.clone(),
        token: Some(token),
        time,
    }
}

impl<DB: Engine> Clone for SqlxStore<DB> {
    fn clone(&self) -> Self {
        Self {
            pool: self.pool.clone(),
            ..*self
        }
    }
}

impl<DB: Engine> fmt::Debug for SqlxStore<DB> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqlxStore")
            .field("database", &DB::NAME)
            .field("mark_retention", &self.mark_retention)
            .finish_non_exhaustive()
    }
}
