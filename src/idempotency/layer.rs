//! The layer and its setters.

use std::{fmt, sync::Arc, time::Duration};

use http::StatusCode;
use tower_layer::Layer;

use super::{
    config::{Config, MIN_LEASE},
    service::Idempotency,
    shared::Shared,
    store::{EventKey, EventStore, Retention},
};

/// Handles each verified event once. See the [module docs](super) for its responses and for an
/// example.
///
/// It goes inside a [`LoopsSignatureLayer`](crate::LoopsSignatureLayer), whose
/// [`VerifiedEvent`](crate::VerifiedEvent)s it takes. Clones share their store and their count of
/// running handlers.
#[must_use]
pub struct IdempotencyLayer<St> {
    shared: Arc<Shared<St>>,
    config: Arc<Config>,
}

impl<St: EventStore> IdempotencyLayer<St> {
    /// Remembers events in this store. Each setter names its default.
    pub fn new(store: St) -> Self {
        Self {
            shared: Arc::new(Shared::new(store)),
            config: Arc::default(),
        }
    }

    /// Sets the namespace of the events' keys. Default: `default`.
    ///
    /// **One namespace per handler.** Two handlers that share a store and a namespace also share
    /// their events: an event that one has handled is a duplicate for the other, and never reaches
    /// it.
    pub fn with_namespace(self, namespace: impl Into<Arc<str>>) -> Self {
        self.with(|config| config.namespace = EventKey::bounded_namespace(&namespace.into()))
    }

    /// Sets how long a claim holds an event. Default: 60 seconds. Less than one second counts as
    /// one second.
    ///
    /// The lease counts from the start of the claim. It is renewed after each third while the
    /// handler runs. If the process dies, the event can be handled again after this time. A store
    /// call is limited to a third of the lease, if that is less than the
    /// [store timeout](Self::with_store_timeout).
    pub fn with_lease(self, lease: Duration) -> Self {
        self.with(|config| config.lease = lease.max(MIN_LEASE))
    }

    /// Sets how long a handler may hold an event. Default: 15 minutes.
    ///
    /// A handler that runs for longer is assumed to hang. It continues, but another delivery may be
    /// handled at the same time. The layer also retries the record of a success for this time, so
    /// that outages of up to this time lose none. Less than one second counts as one second.
    pub fn with_max_hold(self, max_hold: Duration) -> Self {
        self.with(|config| config.max_hold = max_hold.max(MIN_LEASE))
    }

    /// Sets how long a handled event is remembered: a [`Duration`] or a [`Retention`]. Default: 30
    /// days. It should be longer than the time in which Loops retries, or a person resends an
    /// event.
    pub fn with_retention(self, retention: impl Into<Retention>) -> Self {
        self.with(|config| config.retention = retention.into())
    }

    /// Sets the limit of one store call. Default: 2 seconds. A store that takes longer counts as
    /// down. A third of the [lease](Self::with_lease) is the limit where that is less.
    pub fn with_store_timeout(self, timeout: Duration) -> Self {
        self.with(|config| config.store_timeout = timeout)
    }

    /// Sets the status of the response to a delivery whose event is being handled. Default: 409.
    /// The response has a `Retry-After`.
    ///
    /// # Panics
    ///
    /// If the status is below 300: the running handler may still fail, and Loops would not send the
    /// event again.
    pub fn with_in_flight_status(self, status: StatusCode) -> Self {
        assert!(
            status.as_u16() >= 300,
            "an event in flight is not acknowledged"
        );
        self.with(|config| config.in_flight_status = status)
    }

    /// Runs the handler even if the claim fails: without a check, and perhaps not for the first
    /// time. Default: it does not run, and the response is 503 with `Retry-After: 5`. Only for
    /// handlers that are idempotent by themselves.
    pub fn dangerous_fail_open(self) -> Self {
        self.with(|config| config.fail_open = true)
    }

    /// Sets whether the handler runs in a spawned task, to its end, even if the client disconnects.
    /// Default: `true`.
    ///
    /// If `false`, a disconnect drops a handler that has not responded. The event then stays held
    /// until its lease ends, because it is unknown how far the handler got. In both modes a
    /// disconnect cannot cancel the record of a success. Timeouts *outside* this layer do not stop
    /// a detached handler; those inside do.
    ///
    /// The caller's task waits for the claim. A caller that keeps the response future and no longer
    /// polls it delays the handler; one that drops it does not.
    pub fn with_detached_handler(self, detached: bool) -> Self {
        self.with(|config| config.detached = detached)
    }

    /// Waits for running handlers and for successes that are not recorded yet, at most until
    /// `deadline` has passed. Returns how many are left: if the process ends now, their events are
    /// handled again after their leases. From now on deliveries are answered 503.
    ///
    /// Call it when the server has stopped: the graceful shutdown of a server does not know of
    /// handlers whose clients have disconnected. It does not wait for releases in the background:
    /// the end of the lease does the same.
    pub async fn shutdown(&self, deadline: Duration) -> usize {
        self.shared.running.drain(deadline).await
    }

    fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(Arc::make_mut(&mut self.config));
        self
    }
}

impl<S, St> Layer<S> for IdempotencyLayer<St> {
    type Service = Idempotency<S, St>;

    fn layer(&self, inner: S) -> Self::Service {
        Idempotency::new(inner, Arc::clone(&self.shared), Arc::clone(&self.config))
    }
}

impl<St> Clone for IdempotencyLayer<St> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            config: Arc::clone(&self.config),
        }
    }
}

impl<St> fmt::Debug for IdempotencyLayer<St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyLayer")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
