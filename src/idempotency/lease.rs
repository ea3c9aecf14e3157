//! The claim of one delivery on its event: what it asks of the store, each call with a limit.

use std::{
    ops::ControlFlow,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::time::Instant;

use super::{
    config::Config,
    long_running::Entry,
    running::Running,
    shared::Shared,
    store::{Claim, Completion, EventKey, EventStore, StoreError, StoreErrorKind, Token},
};
use crate::{store::bounded, trace};

/// The key of an event, and the token under which a delivery holds it.
pub(super) struct Lease<St> {
    pub(super) key: EventKey,
    token: Token,
    pub(super) shared: Arc<Shared<St>>,
    pub(super) config: Arc<Config>,
    /// A shutdown waits until this is dropped.
    running: Option<Running>,
    /// The answer to the claim or the last renewal was lost: it may yet claim the event.
    answer_lost: AtomicBool,
}

impl<St: EventStore> Lease<St> {
    pub(super) fn new(
        key: EventKey,
        running: Running,
        shared: Arc<Shared<St>>,
        config: Arc<Config>,
    ) -> Self {
        Self {
            key,
            token: Token::random(),
            shared,
            config,
            running: Some(running),
            answer_lost: AtomicBool::new(false),
        }
    }

    /// The same claim, for a task that no shutdown waits for.
    pub(super) fn for_background(&self) -> Self {
        Self {
            key: self.key.clone(),
            token: self.token,
            shared: Arc::clone(&self.shared),
            config: Arc::clone(&self.config),
            running: None,
            answer_lost: AtomicBool::new(false),
        }
    }

    /// No shutdown waits for this delivery any more.
    pub(super) fn stop_running(&mut self) {
        self.running = None;
    }

    /// From now on, this process answers redeliveries as in flight, until the handler ends or has
    /// held the event for `max_hold`.
    pub(super) fn enter_long_running(&self, claimed_at: Instant) -> Entry {
        let end = claimed_at.checked_add(self.config.max_hold);
        let all = &self.shared.long_running;
        all.enter(&self.key, self.token, end)
    }

    /// Notes that the answer to the claim was lost, where the handler runs nevertheless.
    pub(super) fn lose_answer(&self) {
        self.answer_lost.store(true, Ordering::Relaxed);
    }

    /// Whether a claim or a renewal may yet claim the event.
    pub(super) fn is_answer_lost(&self) -> bool {
        self.answer_lost.load(Ordering::Relaxed)
    }

    /// An error if the lease of a claim that began at `start` has ended.
    pub(super) fn check(&self, start: Instant) -> Result<(), StoreError> {
        if start.elapsed() < self.config.claim_lease() {
            return Ok(());
        }
        let late = "the lease ended before the handler started";
        Err(StoreError::new(StoreErrorKind::Unavailable, late))
    }

    /// Claims the event. The lease counts from `start`, which is now.
    pub(super) async fn claim(&self, start: Instant) -> Result<Claim, StoreError> {
        let claim = self.claim_for(self.config.claim_lease()).await?;
        // Checked here too: a caller that is seldom polled does not notice the timeout of the call.
        if claim == Claim::Claimed && start.elapsed() > self.config.call_limit() {
            let late = "the claim was answered too late";
            return Err(StoreError::new(StoreErrorKind::Unavailable, late));
        }
        Ok(claim)
    }

    /// Renews the lease, unless the event has been held for `max_hold` or is lost.
    pub(super) async fn beat(&self, claimed_at: Instant) -> ControlFlow<()> {
        let config = &self.config;
        let rest = config.max_hold.saturating_sub(claimed_at.elapsed());
        if rest.is_zero() {
            trace::held_too_long(&self.key);
            return ControlFlow::Break(());
        }
        let renewed = self.renew(config.lease.min(rest), config.lease / 6).await;
        let is_lost = matches!(&renewed, Err(error) if error.may_have_taken_effect());
        self.answer_lost.store(is_lost, Ordering::Relaxed);
        match renewed {
            Ok(true) => ControlFlow::Continue(()),
            Ok(false) => {
                trace::lease_lost(&self.key);
                ControlFlow::Break(())
            }
            Err(error) => {
                trace::store_failed(&self.key, "extend", &error);
                ControlFlow::Continue(())
            }
        }
    }

    /// Renews the lease within `limit`. Returns whether this delivery still holds the event.
    async fn renew(&self, lease: Duration, limit: Duration) -> Result<bool, StoreError> {
        let store = &self.shared.store;
        let extend = pin!(async { store.extend(&self.key, self.token, lease).await });
        let renewal = pin!(async {
            if bounded(self.config.call_limit(), extend).await? {
                return Ok(true);
            }
            // The lease had expired. Unless another delivery has claimed the event since, claim it
            // again.
            Ok(self.claim_for(lease).await? == Claim::Claimed)
        });
        bounded(limit, renewal).await
    }

    pub(super) async fn complete(&self) -> Result<Completion, StoreError> {
        let (store, retention) = (&self.shared.store, self.config.retention);
        let complete = pin!(async { store.complete(&self.key, self.token, retention).await });
        bounded(self.config.call_limit(), complete).await
    }

    pub(super) async fn release(&self) -> Result<bool, StoreError> {
        let store = &self.shared.store;
        let release = pin!(async { store.release(&self.key, self.token).await });
        bounded(self.config.call_limit(), release).await
    }

    async fn claim_for(&self, lease: Duration) -> Result<Claim, StoreError> {
        let store = &self.shared.store;
        let claim = pin!(async { store.claim(&self.key, self.token, lease).await });
        bounded(self.config.call_limit(), claim).await
    }
}
