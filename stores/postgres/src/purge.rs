//! The purge of expired entries.

use std::time::Duration;

use tokio_postgres::types::Type;
use tower_loops::idempotency::{self, StoreError};

use crate::{PostgresStore, call::Call};

pub(crate) const BATCH: u32 = 1_000;

impl PostgresStore {
    /// Deletes all expired entries, at most `batch` in one statement (at least 1), and returns how
    /// many there were. Rows that another transaction has locked are left for the next purge. After
    /// each batch it pauses for as long as that took.
    ///
    /// Expired entries count as absent in any case. This frees their space.
    ///
    /// # Errors
    ///
    /// If PostgreSQL cannot be reached or the table is missing. Earlier batches stay deleted.
    pub async fn purge_expired(&self, batch: u32) -> Result<u64, StoreError> {
        idempotency::purge_in_batches(batch, async |limit| {
            let call = Call::new(|sql| &sql.purge).with(i64::from(limit), Type::INT8);
            let deleted = self.connections.execute(call, |row| {
                let deleted: Option<i64> = row.map(|row| row.try_get(0)).transpose()?;
                Ok(deleted.map(i64::unsigned_abs))
            });
            deleted.await
        })
        .await
    }

    /// Purges at once, and again `interval` after each purge, forever. To be spawned:
    /// `tokio::spawn(store.clone().purge_every(Duration::from_secs(3600)))`.
    ///
    /// An error is logged (`tracing`, `WARN`), and the next purge follows as usual. Any number of
    /// processes may purge one table.
    pub async fn purge_every(self, interval: Duration) {
        idempotency::purge_every(interval, || self.purge_expired(BATCH)).await;
    }
}
