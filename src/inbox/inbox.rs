//! The interface for storing events.

use std::{future::Future, sync::Arc};

use crate::{
    event::StoredEvent,
    store::{EventKey, StoreError},
};

/// Where events are stored before they are acknowledged.
///
/// An inbox that a [`Worker`](crate::inbox::Worker) takes events from is also a
/// [`Queue`](crate::inbox::Queue). An adapter for a queue that has its own workers needs only
/// this trait; check it with `conformance::accepts` (feature `test-util`).
pub trait Inbox: Send + Sync + 'static {
    /// Stores an event durably, unless one with this key is known: waiting, running, dead, or
    /// handled within the retention. One atomic step.
    ///
    /// It must return `Ok` only when the event would survive a crash of the process and of the
    /// engine. The future may be dropped at any `await`, and the operation be repeated.
    fn accept(
        &self,
        key: &EventKey,
        event: &StoredEvent,
    ) -> impl Future<Output = Result<Accepted, StoreError>> + Send;
}

/// The outcome of an [`accept`](Inbox::accept).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Accepted {
    /// The event is stored now.
    New,
    /// The event was stored before.
    Known,
}

impl<I: Inbox> Inbox for Arc<I> {
    async fn accept(&self, key: &EventKey, event: &StoredEvent) -> Result<Accepted, StoreError> {
        I::accept(self, key, event).await
    }
}
