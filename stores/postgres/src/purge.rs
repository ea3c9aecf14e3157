//! Getting rid of what has expired.

use std::{error::Error, sync::Arc, time::Duration};

use tokio::time::sleep;
use tokio_postgres::types::Type;
use tower_loops::idempotency::StoreError;

use crate::{PostgresStore, connection::run, error};

const BATCH: u32 = 1_000;

impl PostgresStore {
    /// Deletes all entries that have expired, `batch` at a time (at least one), and returns how many there were. Each batch is
    /// a statement of its own; rows that somebody has locked are left for the next time.
    ///
    /// Expired entries count as absent in any case: this is for the room they take.
    ///
    /// # Errors
    ///
    /// When PostgreSQL cannot be reached or the table is missing. What was deleted until then stays deleted.
    pub async fn purge_expired(&self, batch: u32) -> Result<u64, StoreError> {
        let batch = i64::from(batch.max(1));
        let mut total = 0;
        loop {
            let statements = Arc::clone(&self.statements);
            let deleted = run(&self.pool, async move |connection| {
                let deleted = connection
                    .execute_typed(&statements.purge, &[(&batch, Type::INT8)])
                    .await
                    .map_err(|error| error::of_statement(error, &statements.table));
                connection.give_back();
                deleted
            })
            .await?;
            total += deleted;
            if deleted < batch.unsigned_abs() {
                return Ok(total);
            }
        }
    }

    /// Purges now and again after each `interval`, for ever, in batches of 1,000. To be spawned:
    /// `tokio::spawn(store.clone().purge_every(Duration::from_secs(3600)))`. An error is logged (`tracing`, `WARN`) and the
    /// next round comes all the same. Any number of processes may do this on one table.
    pub async fn purge_every(self, interval: Duration) {
        loop {
            if let Err(error) = self.purge_expired(BATCH).await {
                let cause = error.source();
                tracing::warn!(%error, cause, "expired events could not be purged");
            }
            sleep(interval).await;
        }
    }
}
