//! The store that is checked, behind an outage that can be switched on.

use std::{
    future::{Future, pending},
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use crate::idempotency::{
    Claim, Completion, EventKey, EventStore, Retention, StoreError, StoreErrorKind, Token,
};

/// What happens to the operations.
#[derive(Clone, Copy)]
#[repr(u8)]
pub(super) enum Trouble {
    None,
    /// The operations do not reach the engine.
    All,
    /// The engine claims, and the answer is lost.
    ClaimsLost,
    /// The engine completes, and the answer is lost.
    CompletionsLost,
}

pub(super) struct Outage<St> {
    store: Arc<St>,
    trouble: AtomicU8,
}

impl<St: EventStore> Outage<St> {
    pub(super) fn of(store: &Arc<St>) -> Arc<Self> {
        Arc::new(Self {
            store: Arc::clone(store),
            trouble: AtomicU8::new(Trouble::None as u8),
        })
    }

    pub(super) fn set(&self, trouble: Trouble) {
        self.trouble.store(trouble as u8, Ordering::SeqCst);
    }

    async fn act<T>(
        &self,
        lost_in: Trouble,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let trouble = self.trouble.load(Ordering::SeqCst);
        if trouble == Trouble::All as u8 {
            let error = StoreError::new(StoreErrorKind::Unavailable, "an outage, for the check");
            return Err(error.without_effect());
        }
        let result = operation.await;
        if trouble != Trouble::None as u8 && trouble == lost_in as u8 {
            pending::<()>().await;
        }
        result
    }
}

impl<St: EventStore> EventStore for Outage<St> {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        let claim = self.store.claim(key, token, lease);
        self.act(Trouble::ClaimsLost, claim).await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        let extend = self.store.extend(key, token, lease);
        self.act(Trouble::None, extend).await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        let complete = self.store.complete(key, token, retention);
        self.act(Trouble::CompletionsLost, complete).await
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        let release = self.store.release(key, token);
        self.act(Trouble::None, release).await
    }
}
