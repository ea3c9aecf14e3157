//! The tables that events are stored in.

use std::time::Duration;

use apalis::prelude::TaskBuilder;
use apalis_postgres::{PostgresStorage, queries::push_tasks};
use sqlx::PgPool;
use tower_loops::{
    BoxError, StoredEvent,
    inbox::{Accepted, EventKey, Inbox, StoreError, StoreErrorKind},
};

pub(crate) const QUEUE: &str = "loops_events";

/// The keys of the events that were accepted. apalis has idempotency keys too, but a repeated one
/// is an error there, which fails its whole batch and transaction.
const SCHEMA: &str = "CREATE TABLE IF NOT EXISTS loops_accepted_keys (
    namespace   text NOT NULL,
    event_id    text NOT NULL,
    accepted_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (namespace, event_id)
)";

/// `IF NOT EXISTS` alone fails where two processes create the table at once.
const LOCK: &str = "SELECT pg_advisory_xact_lock(4982337103)";

const INSERT: &str =
    "INSERT INTO loops_accepted_keys (namespace, event_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";

const PURGE_KEYS: &str =
    "DELETE FROM loops_accepted_keys WHERE accepted_at < now() - make_interval(secs => $1)";

const PURGE_TASKS: &str = "DELETE FROM apalis.jobs WHERE job_type = $2 AND status = 'Done'
    AND done_at < now() - make_interval(secs => $1)";

/// Stores events as tasks. Clones share the pool.
#[derive(Clone)]
pub struct ApalisInbox {
    pub(crate) pool: PgPool,
}

impl ApalisInbox {
    pub fn new(pool: PgPool) -> Self {
        Self { pool }
    }

    /// Creates the tables where they are missing.
    ///
    /// # Errors
    ///
    /// If PostgreSQL cannot be reached, or the user may not create tables and the extension
    /// `hstore`.
    pub async fn ensure_schema(&self) -> Result<(), BoxError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query(LOCK).execute(&mut *transaction).await?;
        sqlx::query(SCHEMA).execute(&mut *transaction).await?;
        transaction.commit().await?;
        PostgresStorage::setup(&self.pool).await?;
        Ok(())
    }

    /// Deletes the keys and the handled tasks that are older than this. A redelivery is known until
    /// then.
    ///
    /// # Errors
    ///
    /// If PostgreSQL cannot be reached.
    pub async fn purge(&self, retention: Duration) -> Result<u64, StoreError> {
        let seconds = retention.as_secs_f64();
        let keys = sqlx::query(PURGE_KEYS).bind(seconds);
        let keys = keys.execute(&self.pool).await.map_err(failed)?;
        let tasks = sqlx::query(PURGE_TASKS).bind(seconds).bind(QUEUE);
        let tasks = tasks.execute(&self.pool).await.map_err(failed)?;
        Ok(keys.rows_affected() + tasks.rows_affected())
    }
}

impl Inbox for ApalisInbox {
    async fn accept(&self, key: &EventKey, event: &StoredEvent) -> Result<Accepted, StoreError> {
        let json = serde_json::to_vec(event);
        let task = TaskBuilder::new(json.map_err(failed)?).build();
        let mut transaction = self.pool.begin().await.map_err(failed)?;
        // Waits for the end of another transaction that inserts the same key.
        let inserted = sqlx::query(INSERT).bind(key.namespace()).bind(key.id());
        let inserted = inserted.execute(&mut *transaction).await.map_err(failed)?;
        if inserted.rows_affected() == 0 {
            return Ok(Accepted::Known);
        }
        let pushed = push_tasks(&mut *transaction, QUEUE, vec![task]).await;
        pushed.map_err(failed)?;
        // Before this returns, neither the key nor the task is there.
        transaction.commit().await.map_err(failed)?;
        Ok(Accepted::New)
    }
}

fn failed(error: impl Into<BoxError>) -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, error)
}
