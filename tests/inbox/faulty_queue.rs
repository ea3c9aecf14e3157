//! A queue that fails when it is told to.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tower_loops::{
    StoredEvent,
    inbox::{
        Accepted, Counts, DeadEvent, EventKey, Inbox, Outcome, Queue, StoreError, StoreErrorKind,
        Taken, Token,
    },
};

use crate::memory_queue::MemoryQueue;

#[derive(Clone, Default)]
pub(crate) struct FaultyQueue {
    pub(crate) queue: Arc<MemoryQueue>,
    /// Finishes and extensions fail.
    pub(crate) is_down: Arc<AtomicBool>,
    /// The answers of so many takes are lost.
    pub(crate) lost_takes: Arc<AtomicUsize>,
    pub(crate) takes: Arc<AtomicUsize>,
}

impl FaultyQueue {
    pub(crate) fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::SeqCst);
    }

    fn check(&self) -> Result<(), StoreError> {
        if self.is_down.load(Ordering::SeqCst) {
            return Err(lost());
        }
        Ok(())
    }
}

fn lost() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the answer is lost")
}

impl Inbox for FaultyQueue {
    async fn accept(&self, key: &EventKey, event: &StoredEvent) -> Result<Accepted, StoreError> {
        self.queue.accept(key, event).await
    }
}

impl Queue for FaultyQueue {
    async fn take(
        &self,
        token: Token,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<Taken>, StoreError> {
        self.takes.fetch_add(1, Ordering::SeqCst);
        let taken = self.queue.take(token, limit, lease).await?;
        let less = |lost: usize| lost.checked_sub(1);
        let is_lost = self
            .lost_takes
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, less);
        if is_lost.is_ok() {
            Err(lost())
        } else {
            Ok(taken)
        }
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        self.check()?;
        self.queue.extend(key, token, lease).await
    }

    async fn finish(
        &self,
        key: &EventKey,
        token: Token,
        outcome: &Outcome,
    ) -> Result<bool, StoreError> {
        self.check()?;
        self.queue.finish(key, token, outcome).await
    }

    async fn notified(&self) {
        self.queue.notified().await;
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.queue.counts().await
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadEvent>, StoreError> {
        self.queue.dead(limit).await
    }

    async fn redrive(&self, key: &EventKey) -> Result<bool, StoreError> {
        self.queue.redrive(key).await
    }

    async fn redrive_all(&self) -> Result<u64, StoreError> {
        self.queue.redrive_all().await
    }
}
