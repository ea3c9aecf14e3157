//! The purge of handled events.

use std::time::Duration;

use tokio_postgres::types::Type;
use tower_loops::inbox::{StoreError, purge_every, purge_in_batches};
use tower_loops_sql::postgres::inbox::{PURGE_KEYS, PURGE_PAYLOADS};

use crate::{
    call::Call,
    inbox::{PostgresInbox, rows},
    purge::BATCH,
};

impl PostgresInbox {
    /// Drops the payloads of all handled events, and deletes the keys whose
    /// [retention](Self::with_retention) is over. Returns how many payloads and keys there were. At
    /// most `batch` of them are changed in one statement (at least 1); after each batch it pauses for
    /// as long as that took.
    ///
    /// Dead events are kept.
    ///
    /// # Errors
    ///
    /// If PostgreSQL cannot be reached or the table is missing. Earlier batches stay purged.
    pub async fn purge_handled(&self, batch: u32) -> Result<u64, StoreError> {
        let payloads = purge_in_batches(batch, async |limit| {
            let call = Call::new(|_| PURGE_PAYLOADS).with(i64::from(limit), Type::INT8);
            let call = call.with_time(self.retention);
            self.connections.execute(call, rows::count).await
        });
        let payloads = payloads.await?;
        let keys = purge_in_batches(batch, async |limit| {
            let call = Call::new(|_| PURGE_KEYS).with(i64::from(limit), Type::INT8);
            self.connections.execute(call, rows::count).await
        });
        Ok(payloads + keys.await?)
    }

    /// Purges at once, and again `interval` after each purge, forever. To be spawned:
    /// `tokio::spawn(inbox.clone().purge_every(Duration::from_secs(3600)))`.
    ///
    /// An error is logged (`tracing`, `WARN`), and the next purge follows as usual. Any number of
    /// processes may purge one table.
    pub async fn purge_every(self, interval: Duration) {
        purge_every(interval, || self.purge_handled(BATCH)).await;
    }
}
