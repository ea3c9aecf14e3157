//! The purge of handled events.

use std::time::Duration;

use tower_loops::inbox::{StoreError, purge_every, purge_in_batches};
use tower_loops_sql::sqlite::inbox::{PURGE_KEYS, PURGE_PAYLOADS};

use crate::{inbox::SqliteInbox, priority::Priority, purge::MAX_BATCH, store::retention_millis};

impl SqliteInbox {
    /// Drops the payloads of all handled events, and deletes the keys whose
    /// [retention](Self::with_retention) is over. Returns how many payloads and keys there were. At
    /// most `batch` of them are changed in one transaction (at least 1, and no more than 100);
    /// after each batch it pauses for as long as that took.
    ///
    /// Dead events are kept.
    ///
    /// # Errors
    ///
    /// If the database is locked or read-only, or has no such table. Earlier batches stay purged.
    pub async fn purge_handled(&self, batch: u32) -> Result<u64, StoreError> {
        let (batch, retention) = (batch.min(MAX_BATCH), retention_millis(self.retention));
        let payloads = purge_in_batches(batch, |limit| {
            self.purge(move |connection| {
                let mut statement = connection.prepare_cached(PURGE_PAYLOADS)?;
                statement.execute([i64::from(limit), retention])
            })
        });
        let payloads = payloads.await?;
        let keys = purge_in_batches(batch, |limit| {
            self.purge(move |connection| connection.prepare_cached(PURGE_KEYS)?.execute([limit]))
        });
        Ok(payloads + keys.await?)
    }

    /// Purges at once, and again `interval` after each purge, forever. To be spawned:
    /// `tokio::spawn(inbox.clone().purge_every(Duration::from_secs(3600)))`.
    ///
    /// An error is logged (`tracing`, `WARN`), and the next purge follows as usual. Any number of
    /// processes may purge one file.
    pub async fn purge_every(self, interval: Duration) {
        purge_every(interval, || self.purge_handled(MAX_BATCH)).await;
    }

    async fn purge(
        &self,
        operation: impl Fn(&rusqlite::Connection) -> rusqlite::Result<usize> + Send + 'static,
    ) -> Result<u64, StoreError> {
        Ok(self.write(Priority::Purge, operation).await? as u64)
    }
}
