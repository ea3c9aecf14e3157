//! The loop of a worker: takes events, starts attempts, and waits for what comes next.

use std::{
    collections::{HashMap, hash_map::Entry},
    future::{Future, poll_fn},
    mem,
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tower_service::Service;

use crate::{
    box_error::BoxError,
    inbox::{
        attempt::{Attempt, Ended},
        config::Config,
        hold::{Active, Held, Hold, SharedHold},
        job::Job,
        queue::Queue,
        record::Outcome,
        unready::Unready,
    },
    store::{Backoff, EventKey, Token, bounded},
    trace,
};

/// The longest pause after a take that failed.
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// The longest pause after a service that failed to be ready.
const MAX_SERVICE_PAUSE: Duration = Duration::from_secs(10);

pub(super) struct Run<Q, S: Service<Job>> {
    queue: Arc<Q>,
    config: Arc<Config>,
    attempts: JoinSet<Ended>,
    active: HashMap<EventKey, Active>,
    unready: Unready<S>,
    /// The token of the next take: that of the last one, if its answer was lost.
    token: Token,
    /// When the queue is polled next, unless it wakes the worker before.
    next_take: Instant,
    /// The pauses between takes, while they fail, or the service fails to be ready.
    backoff: Option<Backoff>,
    is_service_failing: bool,
    is_stopping: Arc<AtomicBool>,
}

impl<Q, S> Run<Q, S>
where
    Q: Queue,
    S: Service<Job, Response = ()>,
    S::Error: Into<BoxError> + 'static,
    S::Future: Send + 'static,
{
    pub(super) fn new(queue: Arc<Q>, service: S, config: Config) -> Self {
        Self {
            queue,
            config: Arc::new(config),
            attempts: JoinSet::new(),
            active: HashMap::new(),
            unready: Unready::new(service),
            token: Token::random(),
            next_take: Instant::now(),
            backoff: None,
            is_service_failing: false,
            is_stopping: Arc::default(),
        }
    }

    pub(super) async fn until(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        while !self.wait(shutdown.as_mut()).await {
            if self.capacity() > 0 && self.next_take <= Instant::now() {
                self.take().await;
            }
        }
        self.is_stopping.store(true, Ordering::Relaxed);
        while !self.attempts.is_empty() {
            self.unready.release();
            poll_fn(|cx| self.poll_attempts(cx)).await;
        }
    }

    fn capacity(&self) -> usize {
        self.config.concurrency.saturating_sub(self.attempts.len())
    }

    /// Asks the queue for as many events as may run.
    async fn take(&mut self) {
        if self.is_service_failing {
            let probed = poll_fn(|cx| Poll::Ready(self.unready.probe(cx))).await;
            if let Err(error) = probed {
                return self.service_failed(&error);
            }
            self.is_service_failing = false;
        }
        let (capacity, taken_at) = (self.capacity(), Instant::now());
        let (lease, limit) = (self.config.lease, self.config.call_limit());
        let taken = {
            let take = pin!(async { self.queue.take(self.token, capacity, lease).await });
            bounded(limit, take).await
        };
        match taken {
            Ok(taken) => {
                self.backoff = None;
                // A full batch: more may be waiting.
                if taken.len() < capacity {
                    self.next_take = taken_at + self.config.poll_interval;
                }
                let token = mem::replace(&mut self.token, Token::random());
                for taken in taken {
                    self.start(Held {
                        taken,
                        token,
                        taken_at,
                    });
                }
            }
            Err(error) => {
                trace::take_failed(&error);
                self.pause(MAX_PAUSE);
            }
        }
    }

    fn service_failed(&mut self, error: &str) {
        trace::service_failed(error);
        self.is_service_failing = true;
        self.pause(MAX_SERVICE_PAUSE);
    }

    fn pause(&mut self, longest: Duration) {
        let backoff = self.backoff.get_or_insert_with(Backoff::new);
        self.next_take = Instant::now() + backoff.pause(longest);
    }

    fn start(&mut self, held: Held) {
        let hold = Hold::new(held.token, held.taken.attempt);
        let shared = match self.active.entry(held.taken.key.clone()) {
            Entry::Occupied(mut active) => {
                active.get().hold.set(hold);
                active.get_mut().again = Some(held);
                return;
            }
            Entry::Vacant(place) => {
                let (hold, again) = (SharedHold::new(hold), None);
                place.insert(Active { hold, again }).hold.clone()
            }
        };
        let attempt = Attempt {
            queue: Arc::clone(&self.queue),
            config: Arc::clone(&self.config),
            key: held.taken.key.clone(),
            hold: shared,
            taken_at: held.taken_at,
            is_stopping: Arc::clone(&self.is_stopping),
        };
        match self.config.job(held.taken) {
            Ok(job) => {
                let start = self.unready.push(job);
                self.attempts.spawn(attempt.handle(start));
            }
            Err(failure) => {
                let error = failure.text;
                let outcome = Outcome::Dead { error };
                self.attempts.spawn(attempt.record(hold, outcome));
            }
        }
    }

    /// Waits until there may be events to take. Returns whether to shut down instead.
    async fn wait(&mut self, mut shutdown: Pin<&mut impl Future<Output = ()>>) -> bool {
        let queue = Arc::clone(&self.queue);
        let mut notified = pin!(queue.notified());
        loop {
            let mut timer = pin!(sleep_until(self.next_take));
            let step = poll_fn(|cx| {
                if shutdown.as_mut().poll(cx).is_ready() {
                    return Poll::Ready(Some(true));
                }
                if self.poll_attempts(cx).is_ready() {
                    return Poll::Ready(None);
                }
                if self.capacity() == 0 {
                    return Poll::Pending;
                }
                // A queue that fails is left alone until the pause is over.
                if self.backoff.is_none() && notified.as_mut().poll(cx).is_ready() {
                    self.next_take = Instant::now();
                    return Poll::Ready(Some(false));
                }
                timer.as_mut().poll(cx).map(|()| Some(false))
            });
            if let Some(is_shutdown) = step.await {
                return is_shutdown;
            }
        }
    }

    /// Ready when an attempt is over.
    fn poll_attempts(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        if let Err(error) = self.unready.poll(cx) {
            self.service_failed(&error);
        }
        match self.attempts.poll_join_next(cx) {
            Poll::Ready(Some(Ok(ended))) => {
                self.ended(&ended);
                Poll::Ready(())
            }
            // Panics of the service and of the queue are caught inside.
            Poll::Ready(Some(Err(_))) => Poll::Ready(()),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    fn ended(&mut self, ended: &Ended) {
        let active = self.active.remove(&ended.key);
        let again = active.and_then(|active| active.again);
        if let Some(held) = again
            && held.token != ended.token
            && ended.outcome != Outcome::Done
            && held.taken_at.elapsed() < self.config.lease
        {
            self.start(held);
        } else if let Outcome::Retry { after, .. } = ended.outcome
            && let Some(due) = Instant::now().checked_add(after)
            && self.backoff.is_none()
        {
            self.next_take = self.next_take.min(due);
        }
    }
}
