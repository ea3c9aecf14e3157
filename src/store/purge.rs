//! Deletion of expired entries, for stores whose engine does not delete them by itself.

use std::{future::Future, time::Duration};

use tokio::time::{Instant, sleep};

use crate::{store::error::StoreError, trace};

/// Deletes expired entries in batches until one batch is not full. Returns how many were deleted.
///
/// `delete` gets the size of a batch (at least 1), deletes at most this many entries, and returns
/// how many. After each full batch this pauses for as long as the batch took, so that purging takes
/// at most half of the engine's time from others.
///
/// # Errors
///
/// The first error of `delete`. Earlier batches stay deleted.
pub async fn purge_in_batches<F>(
    batch: u32,
    mut delete: impl FnMut(u32) -> F,
) -> Result<u64, StoreError>
where
    F: Future<Output = Result<u64, StoreError>>,
{
    let batch = batch.max(1);
    let mut total = 0;
    loop {
        let start = Instant::now();
        let deleted = delete(batch).await?;
        total += deleted;
        if deleted < u64::from(batch) {
            return Ok(total);
        }
        sleep(start.elapsed()).await;
    }
}

/// Purges at once, and again `interval` after each purge, forever. To be spawned.
///
/// An error is logged (`tracing`, `WARN`), and the next purge follows as usual.
pub async fn purge_every<F>(interval: Duration, mut purge: impl FnMut() -> F)
where
    F: Future<Output = Result<u64, StoreError>>,
{
    loop {
        if let Err(error) = purge().await {
            trace::purge_failed(&error);
        }
        sleep(interval).await;
    }
}
