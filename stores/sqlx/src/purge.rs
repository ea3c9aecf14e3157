//! Deletion of expired entries.

use std::time::Duration;

use tower_loops::idempotency::{StoreError, purge_every, purge_in_batches};

use crate::{SqlxStore, connection::run, engine::Engine};

const BATCH: u32 = 1_000;

impl<DB: Engine> SqlxStore<DB> {
    /// Deletes all expired entries, `batch` at a time (at least 1), and returns how many there
    /// were. Each batch is a separate statement.
    ///
    /// Expired entries count as absent in any case: this frees the space that they take.
    ///
    /// # Errors
    ///
    /// If the database cannot be reached or the table is missing. Earlier batches stay deleted.
    pub async fn purge_expired(&self, batch: u32) -> Result<u64, StoreError> {
        purge_in_batches(batch, |batch| run(&self.pool, batch, DB::purge)).await
    }

    /// Purges now and again after each `interval`, forever, in batches of 1,000. To be spawned:
    /// `tokio::spawn(store.clone().purge_every(Duration::from_secs(3600)))`. An error is logged
    /// (`tracing`, `WARN`), and the next round follows as usual. Any number of processes may do
    /// this on one table.
    pub async fn purge_every(self, interval: Duration) {
        purge_every(interval, || self.purge_expired(BATCH)).await;
    }
}
