//! What a user configures.

use std::{fmt, sync::Arc, time::Duration};

use http::StatusCode;
use tokio::sync::Semaphore;
use tower_layer::Layer;

use super::{EventStore, Idempotency, Retention, in_flight::InFlight};

/// Lets each verified event be handled once. See the [module docs](super) for what it answers and for an example.
///
/// It goes inside a [`LoopsSignatureLayer`](crate::LoopsSignatureLayer), whose [`VerifiedEvent`](crate::VerifiedEvent)s it
/// takes. Clones share their store and their count of running handlers.
#[must_use]
pub struct IdempotencyLayer<St> {
    shared: Arc<Shared<St>>,
    settings: Arc<Settings>,
}

/// What the services of one layer have in common.
pub(super) struct Shared<St> {
    pub(super) store: St,
    pub(super) in_flight: InFlight,
    /// One permit for each task that tells a store in trouble what it has missed.
    pub(super) background: Arc<Semaphore>,
}

/// How many such tasks there may be: a store that is down for long does not fill the memory with them.
const MAX_BACKGROUND: usize = 1024;

#[derive(Clone, Debug)]
pub(super) struct Settings {
    pub(super) namespace: Arc<str>,
    pub(super) lease: Duration,
    pub(super) max_hold: Duration,
    pub(super) retention: Retention,
    pub(super) store_timeout: Duration,
    pub(super) in_flight_status: StatusCode,
    pub(super) fail_open: bool,
    pub(super) detached: bool,
}

impl<St: EventStore> IdempotencyLayer<St> {
    /// Remembers events in this store, with the defaults that the setters name.
    pub fn new(store: St) -> Self {
        Self {
            shared: Arc::new(Shared {
                store,
                in_flight: InFlight::default(),
                background: Arc::new(Semaphore::new(MAX_BACKGROUND)),
            }),
            settings: Arc::new(Settings {
                namespace: "default".into(),
                lease: Duration::from_secs(60),
                max_hold: Duration::from_secs(15 * 60),
                retention: Retention::For(Duration::from_secs(30 * 24 * 60 * 60)),
                store_timeout: Duration::from_secs(2),
                in_flight_status: StatusCode::CONFLICT,
                fail_open: false,
                detached: true,
            }),
        }
    }

    /// Sets the namespace of the events' keys. Default: `default`.
    ///
    /// Two handlers that do different things with the same events and share a store must have different namespaces: else
    /// what one has handled is done for the other as well.
    pub fn with_namespace(self, namespace: impl Into<Arc<str>>) -> Self {
        self.with(|settings| settings.namespace = namespace.into())
    }

    /// Sets for how long an event is held at a time. Default: 60 seconds.
    ///
    /// The lease is extended every third of this while the handler runs, for which the store has a sixth of it at the most.
    /// When the process dies, the event can be handled again after this time.
    ///
    /// # Panics
    ///
    /// When the lease is zero.
    pub fn with_lease(self, lease: Duration) -> Self {
        assert!(!lease.is_zero(), "a lease of zero holds nothing");
        self.with(|settings| settings.lease = lease)
    }

    /// Sets for how long a handler may hold an event. Default: 15 minutes. After that the handler goes on, but the event may
    /// be handled by another: it is taken to hang.
    ///
    /// # Panics
    ///
    /// When the time is zero.
    pub fn with_max_hold(self, max_hold: Duration) -> Self {
        assert!(!max_hold.is_zero(), "holding for zero time holds nothing");
        self.with(|settings| settings.max_hold = max_hold)
    }

    /// Sets for how long it is remembered that an event was handled: a [`Duration`] or a [`Retention`]. Default: 30 days. It
    /// should be longer than Loops retries and people resend.
    pub fn with_retention(self, retention: impl Into<Retention>) -> Self {
        self.with(|settings| settings.retention = retention.into())
    }

    /// Sets how long the store may take for an answer. Default: 2 seconds. A store that takes longer counts as down.
    pub fn with_store_timeout(self, timeout: Duration) -> Self {
        self.with(|settings| settings.store_timeout = timeout)
    }

    /// Sets what a delivery is answered while the same event is being handled. Default: 409. The response has a
    /// `Retry-After`.
    ///
    /// # Panics
    ///
    /// When the status is below 300: the handler that runs may still fail, and Loops would not send the event again.
    pub fn with_in_flight_status(self, status: StatusCode) -> Self {
        assert!(
            status.as_u16() >= 300,
            "an event in flight is not acknowledged"
        );
        self.with(|settings| settings.in_flight_status = status)
    }

    /// Lets the handler run when the store is down at the claim, unchecked and perhaps not for the first time. Default: it
    /// does not run, and the answer is 503 with `Retry-After: 5`. Only for handlers that are idempotent by themselves.
    pub fn dangerous_fail_open(self) -> Self {
        self.with(|settings| settings.fail_open = true)
    }

    /// Sets whether a handler runs in a task of its own, to its end, although the sender hangs up. Default: `true`.
    ///
    /// Otherwise a handler that has not answered is dropped with its connection, and the event stays held until its lease ends:
    /// how far the handler got is not known. Timeouts *outside* this layer do not stop a handler of its own task; those inside do.
    pub fn with_detached_handler(self, detached: bool) -> Self {
        self.with(|settings| settings.detached = detached)
    }

    /// Waits for the handlers that run, `deadline` at the most, and returns how many are left: the process may end then, and
    /// their events are handled again when their leases have ended. From now on deliveries are answered 503.
    ///
    /// To be called when the server has stopped: a server's own graceful shutdown does not know of handlers whose senders have
    /// hung up.
    pub async fn shutdown(&self, deadline: Duration) -> usize {
        self.shared.in_flight.drain(deadline).await
    }

    fn with(mut self, change: impl FnOnce(&mut Settings)) -> Self {
        change(Arc::make_mut(&mut self.settings));
        self
    }
}

impl<S, St> Layer<S> for IdempotencyLayer<St> {
    type Service = Idempotency<S, St>;

    fn layer(&self, inner: S) -> Self::Service {
        Idempotency::new(inner, Arc::clone(&self.shared), Arc::clone(&self.settings))
    }
}

impl<St> Clone for IdempotencyLayer<St> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
            settings: Arc::clone(&self.settings),
        }
    }
}

impl<St> fmt::Debug for IdempotencyLayer<St> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdempotencyLayer")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
