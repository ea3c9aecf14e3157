//! What a store of handled events must do.

use std::{error::Error, fmt, future::Future, sync::Arc, time::Duration};

use super::{EventKey, Token};
use crate::BoxError;

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

/// What became of an attempt to [`claim`](EventStore::claim).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Claim {
    /// The key is held by this token.
    Claimed,
    /// Another token holds it.
    InFlight {
        /// What is left of its lease.
        retry_after: Duration,
    },
    /// The event was handled.
    Done,
}

/// Whose claim it was that was [completed](EventStore::complete).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Completion {
    /// It was held by this token.
    Held,
    /// The lease had run out; another may have handled the event meanwhile.
    LeaseLost,
}

/// How long it is remembered that an event is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// For this long after its completion.
    For(Duration),
    /// For as long as the store exists.
    Forever,
}

/// Why a store could not do what it was asked.
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: BoxError,
}

/// What kind of trouble a store has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The engine cannot be reached, or does not answer. It may pass by itself.
    Unavailable,
    /// There is no room for another event.
    Full,
    /// The engine is there, but not set up as it must be (a missing table, a wrong type). Somebody must mend it.
    Misconfigured,
    /// Anything else.
    Other,
}

impl StoreError {
    /// An error of a kind, with what caused it.
    #[must_use]
    pub fn new(kind: StoreErrorKind, source: impl Into<BoxError>) -> Self {
        Self {
            kind,
            source: source.into(),
        }
    }

    /// What kind of trouble it is.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::Unavailable => "the event store cannot be reached",
            StoreErrorKind::Full => "the event store is full",
            StoreErrorKind::Misconfigured => "the event store is not set up as it must be",
            StoreErrorKind::Other => "the event store failed",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}
