//! The worker and its setters.

use std::{fmt, future::Future, sync::Arc, time::Duration};

use tower_service::Service;

use crate::{
    box_error::BoxError,
    inbox::{config::Config, job::Job, queue::Queue, run::Run},
};

/// The shortest lease: the store must answer within a sixth of the lease.
const MIN_LEASE: Duration = Duration::from_secs(1);

/// The longest pause: a sum of times must not overflow.
const YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);

/// Takes events from a queue, and calls a service with each. See the [module docs](super) for what
/// is promised and for an example.
///
/// The service is any [`tower`](https://docs.rs/tower) service of [`Job`]s: timeouts, rate limits
/// and tracing are layers around it. It is polled for readiness before each call. Its error, or a
/// panic, is a failure of the attempt; the next one follows after a pause. An error of its
/// `poll_ready` costs no attempt, see [Attempts](super#attempts).
#[must_use = "a worker does nothing until it runs"]
pub struct Worker<Q, S> {
    queue: Arc<Q>,
    service: S,
    config: Config,
}

impl<Q, S> Worker<Q, S>
where
    Q: Queue,
    S: Service<Job, Response = ()>,
    S::Error: Into<BoxError> + 'static,
    S::Future: Send + 'static,
{
    /// A worker of this queue. Each setter names its default.
    pub fn new(queue: Q, service: S) -> Self {
        Self {
            queue: Arc::new(queue),
            service,
            config: Config::default(),
        }
    }

    /// Sets how many events are handled at once. Default: 16. Zero counts as one.
    pub fn with_concurrency(self, events: usize) -> Self {
        self.with(|config| config.concurrency = events.max(1))
    }

    /// Sets how long the worker holds an event that it has taken. Default: 60 seconds. Less than
    /// one second counts as one second.
    ///
    /// The lease is renewed after each third while the event is handled, however long that
    /// takes. If the process dies, another worker takes the event after this time.
    pub fn with_lease(self, lease: Duration) -> Self {
        self.with(|config| config.lease = lease.max(MIN_LEASE))
    }

    /// Sets how many attempts an event has. Default: 20. With the default pauses they take about
    /// six hours, at most eight. Zero counts as one. After the last failure the event is dead.
    ///
    /// An attempt whose process dies counts, so an event that kills its process also becomes dead.
    pub fn with_max_attempts(self, attempts: u32) -> Self {
        self.with(|config| config.max_attempts = attempts.max(1))
    }

    /// Sets the pause after the first failure of an event, and the longest pause. Default: one
    /// second and one hour. The pause doubles with each failure. Its actual length is random,
    /// between half of it and the whole.
    pub fn with_backoff(self, first: Duration, longest: Duration) -> Self {
        self.with(|config| {
            config.first_pause = first;
            config.longest_pause = longest.min(YEAR);
        })
    }

    /// Sets how often the worker polls the queue if it gets no notification. Default: one second.
    /// Polling finds events whose pause or whose holder's lease is over. It also finds events of
    /// other processes if the queue has no notification across processes (SQLite).
    pub fn with_poll_interval(self, interval: Duration) -> Self {
        self.with(|config| config.poll_interval = interval.min(YEAR))
    }

    /// Handles events until `shutdown` resolves. Then it takes no more, and releases those that the
    /// service has not started. It returns when running attempts are over and recorded.
    ///
    /// It does not return otherwise: it logs errors of the queue, and tries again. It repeats the
    /// record of an outcome until the queue accepts it; after `shutdown`, for at most one lease. If
    /// this future is dropped, running attempts are cancelled, and their events are taken again
    /// after their leases.
    ///
    /// # Panics
    ///
    /// Outside a tokio runtime with time enabled.
    pub async fn run(self, shutdown: impl Future<Output = ()>) {
        Run::new(self.queue, self.service, self.config)
            .until(shutdown)
            .await;
    }

    fn with(mut self, change: impl FnOnce(&mut Config)) -> Self {
        change(&mut self.config);
        self
    }
}

impl<Q, S> fmt::Debug for Worker<Q, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Worker")
            .field("config", &self.config)
            .finish_non_exhaustive()
    }
}
