//! What the services of one layer have in common.

use std::sync::Arc;

use tokio::sync::Semaphore;

use super::{long_running::LongRunning, running::RunningDeliveries, unrecorded::Unrecorded};

pub(super) struct Shared<St> {
    pub(super) store: St,
    pub(super) running: RunningDeliveries,
    pub(super) unrecorded: Arc<Unrecorded>,
    pub(super) long_running: Arc<LongRunning>,
    pub(super) background: Background,
}

/// Limits of the tasks that retry operations which the store has failed. Each kind of work has its
/// own limits, so that none displaces another. Together they leave capacity for deliveries when the
/// store is back.
pub(super) struct Background {
    /// How many completions are attempted at once. The tasks are not limited: there are as many as
    /// handlers that ran.
    pub(super) completions: Semaphore,
    /// How many releases of failed events are attempted at once. The tasks are not limited either.
    pub(super) releases: Semaphore,
    /// How many releases of claims with a lost answer are attempted at once.
    pub(super) lost_claims: Semaphore,
    /// How many tasks release such claims. Beyond that, the end of the lease frees the event.
    pub(super) lost_claim_tasks: Arc<Semaphore>,
}

impl<St> Shared<St> {
    pub(super) fn new(store: St) -> Self {
        Self {
            store,
            running: RunningDeliveries::default(),
            unrecorded: Arc::default(),
            long_running: Arc::default(),
            background: Background {
                completions: Semaphore::new(64),
                releases: Semaphore::new(8),
                lost_claims: Semaphore::new(4),
                lost_claim_tasks: Arc::new(Semaphore::new(1024)),
            },
        }
    }
}
