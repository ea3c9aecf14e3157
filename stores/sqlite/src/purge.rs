//! Deleting what has expired.

use std::{error::Error, time::Duration};

use tokio::time::sleep;
use tower_loops::idempotency::StoreError;

use crate::{SqliteStore, sql};

/// Few enough for a transaction of some milliseconds.
const BATCH: u32 = 1_000;

impl SqliteStore {
    /// Deletes all entries that have expired, `batch` at a time (at least one), and returns how many there were. Each batch is
    /// a transaction of its own; between two of them others get at the database.
    ///
    /// Expired entries count as absent in any case: this is for the room they take.
    ///
    /// # Errors
    ///
    /// When the database is locked or read-only, or has no such table. What was deleted until then stays deleted.
    pub async fn purge_expired(&self, batch: u32) -> Result<u64, StoreError> {
        let batch = batch.max(1);
        let mut total = 0;
        loop {
            let deleted = self
                .run(move |connection| sql::purge(connection, batch))
                .await?;
            total += deleted;
            if deleted < u64::from(batch) {
                return Ok(total);
            }
        }
    }

    /// Purges now and again after each `interval`, for ever, in batches of 1,000. To be spawned:
    /// `tokio::spawn(store.clone().purge_every(Duration::from_secs(3600)))`. An error is logged (`tracing`, `WARN`) and the
    /// next round comes all the same. Any number of processes may do this on one file.
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
