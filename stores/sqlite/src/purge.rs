//! The purge of expired entries.

use std::time::Duration;

use tower_loops::idempotency::{self, StoreError};

use crate::{SqliteStore, priority::Priority, statements};

/// The most entries of one transaction: claims hardly wait for a purge of so few.
pub(crate) const MAX_BATCH: u32 = 100;

impl SqliteStore {
    /// Deletes all expired entries, at most `batch` in one transaction (at least 1, and no more
    /// than 100), and returns how many there were. After each batch it pauses for as long as that
    /// took.
    ///
    /// Expired entries count as absent in any case. This frees the room that they take.
    ///
    /// # Errors
    ///
    /// If the database is locked or read-only, or has no such table. Earlier batches stay deleted.
    pub async fn purge_expired(&self, batch: u32) -> Result<u64, StoreError> {
        idempotency::purge_in_batches(batch.min(MAX_BATCH), |limit| {
            self.write(Priority::Purge, move |connection| {
                statements::purge(connection, limit)
            })
        })
        .await
    }

    /// Purges at once, and again `interval` after each purge, forever. To be spawned:
    /// `tokio::spawn(store.clone().purge_every(Duration::from_secs(3600)))`.
    ///
    /// An error is logged (`tracing`, `WARN`), and the next purge follows as usual. Any number of
    /// processes may purge one file.
    pub async fn purge_every(self, interval: Duration) {
        idempotency::purge_every(interval, || self.purge_expired(MAX_BATCH)).await;
    }
}
