//! What a store of handled events must do.

use std::{future::Future, sync::Arc, time::Duration};

use super::{Claim, Completion, EventKey, Retention, StoreError, Token};

/// Where it is remembered which events are being handled and which are done.
///
/// A key is *absent*, *held* under a token until its lease ends, or *done* until its retention ends. Past its time, held and
/// done are absent. Each operation is one atomic step from a row of this table:
///
/// | operation | absent | held, same token | held, other token | done |
/// |---|---|---|---|---|
/// | [`claim`](Self::claim) | held: `Claimed` | renewed: `Claimed` | `InFlight` | `Done` |
/// | [`extend`](Self::extend) | `false` | renewed: `true` | `false` | `false` |
/// | [`complete`](Self::complete) | done: `LeaseLost` | done: `Held` | done: `LeaseLost` | retained anew: `LeaseLost` |
/// | [`release`](Self::release) | `false` | absent: `true` | `false` | `false` |
///
/// Completion is monotone: a success that happened is never forgotten because its lease had run out. Release and extension
/// are fenced by the token. Only durations cross this interface: the engine's own clock decides, so that the clocks of the
/// machines that share a store need not agree.
///
/// Implementors write plain `async fn`s. The module `conformance` (feature `test-util`) holds any store to this table.
pub trait EventStore: Send + Sync + 'static {
    /// Takes the key for a lease, unless it is done or another token has it. To be repeated with the same token when its
    /// answer was lost.
    fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> impl Future<Output = Result<Claim, StoreError>> + Send;

    /// Lets the lease begin anew, if this token holds the key; tells whether it does.
    fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Makes the key done, whoever holds it; tells whether this token did.
    fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> impl Future<Output = Result<Completion, StoreError>> + Send;

    /// Makes the key absent, if this token holds it; tells whether it did.
    fn release(
        &self,
        key: &EventKey,
        token: Token,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;
}

impl<St: EventStore> EventStore for Arc<St> {
    async fn claim(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        St::claim(self, key, token, lease).await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        St::extend(self, key, token, lease).await
    }

    async fn complete(
        &self,
        key: &EventKey,
        token: Token,
        retention: Retention,
    ) -> Result<Completion, StoreError> {
        St::complete(self, key, token, retention).await
    }

    async fn release(&self, key: &EventKey, token: Token) -> Result<bool, StoreError> {
        St::release(self, key, token).await
    }
}
