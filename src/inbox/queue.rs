//! The interface that a worker takes events through.

use std::{future::Future, sync::Arc, time::Duration};

use crate::{
    inbox::{
        inbox::Inbox,
        record::{Counts, DeadEvent, Outcome, Taken},
    },
    store::{EventKey, StoreError, Token},
};

/// The most events that [`Queue::dead`] lists: each is in memory with its payload.
pub const MAX_DEAD: usize = 1_000;

/// An inbox whose events a [`Worker`](crate::inbox::Worker) handles.
///
/// An event is *waiting* until it is due, *running* under a token until its lease ends, *handled*,
/// or *dead*. Each operation is one atomic step from a row of this table:
///
/// | operation | waiting | running, same token | running, other token | handled | dead |
/// |---|---|---|---|---|---|
/// | [`take`](Self::take) | if due, running: taken | renewed: taken | if its lease has ended, running: taken | no | no |
/// | [`extend`](Self::extend) | `false` | renewed: `true` | `false` | `false` | `false` |
/// | [`finish`](Self::finish) `Done` | handled: `false` | handled: `true` | handled: `false` | unchanged: whether this token has handled it | handled: `false` |
/// | [`finish`](Self::finish) `Retry` | `false` | waiting: `true` | `false` | `false` | `false` |
/// | [`finish`](Self::finish) `Released` | `false` | waiting, one attempt less: `true` | `false` | `false` | `false` |
/// | [`finish`](Self::finish) `Dead` | `false` | dead: `true` | `false` | `false` | `false` |
/// | [`redrive`](Self::redrive) | `false` | `false` | `false` | `false` | waiting: `true` |
///
/// A success is monotone: it is recorded whichever token holds the event. Everything else is fenced
/// by the token. A lease that has ended is still its holder's until another token takes the event.
///
/// Only durations cross this interface: the engine's own clock decides. New events are due at once,
/// even if that clock is set back. Check an implementation with `conformance::run` (feature
/// `test-util`).
pub trait Queue: Inbox {
    /// Takes events that are due, at most `limit`. Counts an attempt of each.
    ///
    /// Those that have been due for longest come first. New events and those whose pause or lease
    /// has ended each get half of the limit, so that neither waits for a backlog of the other. With
    /// a limit of one, both kinds must still be served, not necessarily in turns.
    ///
    /// Events that the token already holds are renewed and returned again, and no attempt is
    /// counted. So a take whose answer was lost can be repeated. Every other call needs a new
    /// token.
    fn take(
        &self,
        token: Token,
        limit: usize,
        lease: Duration,
    ) -> impl Future<Output = Result<Vec<Taken>, StoreError>> + Send;

    /// Renews the lease if this token holds the event. Returns whether it does.
    fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Records the outcome of an attempt. Returns whether this token held the event.
    fn finish(
        &self,
        key: &EventKey,
        token: Token,
        outcome: &Outcome,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Resolves when an event may have arrived since the last time. Wake-ups may be spurious, and
    /// arrivals by other processes may be missed, because workers also poll. Arrivals through this
    /// value and its clones are not missed, even if a future of this method was dropped.
    fn notified(&self) -> impl Future<Output = ()> + Send;

    /// How many events are in which state.
    fn counts(&self) -> impl Future<Output = Result<Counts, StoreError>> + Send;

    /// The dead events that died last, at most `limit`, and at most [`MAX_DEAD`].
    fn dead(&self, limit: usize)
    -> impl Future<Output = Result<Vec<DeadEvent>, StoreError>> + Send;

    /// Makes a dead event wait again, with all its attempts before it. Returns whether it was dead.
    fn redrive(&self, key: &EventKey) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Makes all dead events wait again. Returns how many there were.
    fn redrive_all(&self) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

impl<Q: Queue> Queue for Arc<Q> {
    async fn take(
        &self,
        token: Token,
        limit: usize,
        lease: Duration,
    ) -> Result<Vec<Taken>, StoreError> {
        Q::take(self, token, limit, lease).await
    }

    async fn extend(
        &self,
        key: &EventKey,
        token: Token,
        lease: Duration,
    ) -> Result<bool, StoreError> {
        Q::extend(self, key, token, lease).await
    }

    async fn finish(
        &self,
        key: &EventKey,
        token: Token,
        outcome: &Outcome,
    ) -> Result<bool, StoreError> {
        Q::finish(self, key, token, outcome).await
    }

    async fn notified(&self) {
        Q::notified(self).await;
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        Q::counts(self).await
    }

    async fn dead(&self, limit: usize) -> Result<Vec<DeadEvent>, StoreError> {
        Q::dead(self, limit).await
    }

    async fn redrive(&self, key: &EventKey) -> Result<bool, StoreError> {
        Q::redrive(self, key).await
    }

    async fn redrive_all(&self) -> Result<u64, StoreError> {
        Q::redrive_all(self).await
    }
}
