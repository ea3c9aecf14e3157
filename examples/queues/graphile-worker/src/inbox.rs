//! The tables that events are stored in.

use std::time::Duration;

use deadpool_postgres::Pool;
use graphile_worker::{Database, JobSpec, WorkerUtils, tokio_postgres::TokioPostgresDatabase};
use tower_loops::{
    BoxError, StoredEvent,
    inbox::{Accepted, EventKey, Inbox, StoreError, StoreErrorKind},
};
use tower_loops_postgres::{Mark, PostgresStore};

use crate::job::LoopsEvent;

/// The schema of `graphile_worker`.
pub(crate) const SCHEMA: &str = "graphile_worker";

/// For how long a redelivery is known. A job and its `job_key` are gone when it is done, so the
/// keys are kept apart.
const WINDOW: Duration = Duration::from_secs(30 * 24 * 3600);

/// Stores events as jobs. Clones share the pool.
#[derive(Clone)]
pub struct GraphileInbox {
    pub(crate) database: Database,
    pool: Pool,
    keys: PostgresStore,
    jobs: WorkerUtils,
}

impl GraphileInbox {
    /// Connects when an event comes.
    ///
    /// # Errors
    ///
    /// If the URL is none.
    pub fn new(url: &str) -> Result<Self, BoxError> {
        let database = TokioPostgresDatabase::from_url(url, 16)?;
        let pool = database.pool().clone();
        // A separate table: a handler may use `mark_processed` for the same keys.
        let keys = PostgresStore::new(pool.clone()).with_table("loops_accepted")?;
        let database = Database::from(database);
        Ok(Self {
            pool,
            keys: keys.with_mark_retention(WINDOW),
            jobs: WorkerUtils::new(database.clone(), SCHEMA),
            database,
        })
    }

    /// Creates the tables where they are missing.
    ///
    /// # Errors
    ///
    /// If PostgreSQL cannot be reached, or the user may not create tables.
    pub async fn ensure_schema(&self) -> Result<(), BoxError> {
        self.keys.ensure_schema().await?;
        self.jobs.migrate().await?;
        Ok(())
    }

    /// Deletes keys that are too old, forever. To be spawned.
    pub async fn purge_every(self, interval: Duration) {
        self.keys.purge_every(interval).await;
    }
}

impl Inbox for GraphileInbox {
    async fn accept(&self, key: &EventKey, event: &StoredEvent) -> Result<Accepted, StoreError> {
        let mut client = self.pool.get().await.map_err(failed)?;
        let transaction = client.transaction().await.map_err(failed)?;
        if self.keys.mark_processed(&transaction, key).await? == Mark::Duplicate {
            return Ok(Accepted::Known);
        }
        let job = LoopsEvent(event.clone());
        let mut jobs = self.jobs.clone().with_executor(&*transaction);
        let added = jobs.add_job(job, JobSpec::default()).await;
        added.map_err(failed)?;
        // Before this returns, neither the key nor the job is there.
        transaction.commit().await.map_err(failed)?;
        Ok(Accepted::New)
    }
}

fn failed(error: impl Into<BoxError>) -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, error)
}
