//! What one delivery asks of the store, each question with a bound on its time.

use std::{future::Future, sync::Arc, time::Duration};

use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep, timeout},
};

use super::{
    Claim, Completion, EventKey, EventStore, StoreError, StoreErrorKind, Token,
    in_flight::Running,
    layer::{Settings, Shared},
};
use crate::{VerifiedEvent, trace};

/// The key of an event, and the token under which this delivery holds it.
pub(super) struct EventClaim<St> {
    pub(super) key: EventKey,
    token: Token,
    shared: Arc<Shared<St>>,
    pub(super) settings: Arc<Settings>,
}

impl<St: EventStore> EventClaim<St> {
    pub(super) fn new(
        event: &VerifiedEvent,
        shared: Arc<Shared<St>>,
        settings: Arc<Settings>,
    ) -> Self {
        let key = EventKey::of(&settings.namespace, event);
        Self {
            key,
            token: Token::random(),
            shared,
            settings,
        }
    }

    pub(super) async fn claim(&self) -> Result<Claim, StoreError> {
        let lease = self.settings.lease.min(self.settings.max_hold);
        self.bounded(self.shared.store.claim(&self.key, self.token, lease))
            .await
    }

    /// Lets the lease begin anew, in this time at the most; tells whether the event is still this delivery's.
    pub(super) async fn renew(
        &self,
        lease: Duration,
        within: Duration,
    ) -> Result<bool, StoreError> {
        let store = &self.shared.store;
        let renewal = async {
            if self
                .bounded(store.extend(&self.key, self.token, lease))
                .await?
            {
                return Ok(true);
            }
            // The lease had run out. Where nobody else has claimed the event since, it can be had again.
            let claim = self
                .bounded(store.claim(&self.key, self.token, lease))
                .await?;
            Ok(claim == Claim::Claimed)
        };
        in_time(within, renewal).await
    }

    /// Records the success, in three attempts within the store's time; after that it goes on trying in the background, for as
    /// long as an event may be held. The work is done: no trouble here turns it into a failure.
    pub(super) async fn complete(self, running: Running) {
        let attempts = async {
            let mut outcome = self.try_complete().await;
            // A later attempt may find what an earlier one has recorded: it cannot tell a lost lease any more.
            if let Ok(Completion::LeaseLost) = outcome {
                trace::lease_lost(&self.key);
            }
            for _ in 1..3 {
                if outcome.is_ok() {
                    break;
                }
                sleep(Duration::from_millis(50)).await;
                outcome = self.try_complete().await;
            }
            outcome
        };
        if let Err(error) = self.bounded(attempts).await {
            trace::store_failed(&self.key, "complete", &error);
            match self.background() {
                Some(permit) => {
                    tokio::spawn(trace::in_current_span(self.complete_later(running, permit)));
                }
                None => trace::success_not_recorded(&self.key),
            }
        }
    }

    async fn complete_later(self, _running: Running, _permit: OwnedSemaphorePermit) {
        let retries = self.retry(self.settings.max_hold, || self.try_complete());
        if retries.await.is_none() {
            trace::success_not_recorded(&self.key);
        }
    }

    async fn try_complete(&self) -> Result<Completion, StoreError> {
        let store = &self.shared.store;
        let retention = self.settings.retention;
        store.complete(&self.key, self.token, retention).await
    }

    /// Lets the next delivery run. Where that cannot be told to the store, the end of the lease does it.
    pub(super) async fn release(self, _running: Running) {
        let release = self.shared.store.release(&self.key, self.token);
        if let Err(error) = self.bounded(release).await {
            trace::store_failed(&self.key, "release", &error);
        }
    }

    /// After a claim whose answer was lost. It may have been made all the same, or be made yet, when the store goes on: it is
    /// released until there was something to release, or until it has ended by itself.
    pub(super) fn release_in_background(self, running: Running) {
        if let Some(permit) = self.background() {
            tokio::spawn(trace::in_current_span(self.release_later(running, permit)));
        }
    }

    async fn release_later(self, running: Running, _permit: OwnedSemaphorePermit) {
        if self.bounded(self.try_release()).await.is_ok() {
            return;
        }
        // The process may end now: the claim, if there is one, ends with its lease.
        drop(running);
        self.retry(self.settings.lease, || self.try_release()).await;
    }

    async fn try_release(&self) -> Result<(), StoreError> {
        if self.shared.store.release(&self.key, self.token).await? {
            Ok(())
        } else {
            Err(StoreError::new(StoreErrorKind::Other, "nothing is held"))
        }
    }

    fn background(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.shared.background).try_acquire_owned().ok()
    }

    /// Tries again and again, with growing pauses, until it succeeds or this time is over.
    async fn retry<F, T>(&self, time: Duration, attempt: impl Fn() -> F) -> Option<T>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let begun = Instant::now();
        let mut pause = Duration::from_millis(100);
        while begun.elapsed() < time {
            sleep(pause).await;
            if let Ok(done) = self.bounded(attempt()).await {
                return Some(done);
            }
            pause = (pause * 2).min(Duration::from_secs(5));
        }
        None
    }

    async fn bounded<T>(
        &self,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        in_time(self.settings.store_timeout, operation).await
    }
}

async fn in_time<T>(
    time: Duration,
    operation: impl Future<Output = Result<T, StoreError>>,
) -> Result<T, StoreError> {
    timeout(time, operation)
        .await
        .unwrap_or_else(|elapsed| Err(StoreError::new(StoreErrorKind::Unavailable, elapsed)))
}
