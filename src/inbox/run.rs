//! The loop of a worker: takes events, starts attempts, and waits for what comes next.

use std::{
    collections::{HashMap, VecDeque, hash_map::Entry},
    future::{Future, poll_fn},
    mem,
    panic::{AssertUnwindSafe, catch_unwind},
    pin::{Pin, pin},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    sync::oneshot,
    task::JoinSet,
    time::{Instant, sleep_until},
};
use tower_service::Service;

use crate::{
    box_error::BoxError,
    inbox::{
        attempt::{Attempt, Ended, Started},
        config::Config,
        failure::Failure,
        job::Job,
        queue::Queue,
        record::{Outcome, Taken},
    },
    store::{Backoff, EventKey, Token, bounded},
    trace,
};

/// The longest pause after a take that failed.
const MAX_PAUSE: Duration = Duration::from_secs(1);

/// An event that was taken, and for which attempt.
struct Held {
    taken: Taken,
    token: Token,
    taken_at: Instant,
}

pub(super) struct Run<Q, S: Service<Job>> {
    queue: Arc<Q>,
    service: S,
    config: Arc<Config>,
    attempts: JoinSet<Ended>,
    /// The events of these attempts. An event whose attempt is not over here may be taken again: it
    /// waits for that, and runs only if it has not succeeded.
    active: HashMap<EventKey, Option<Held>>,
    /// Jobs that wait for the service to be ready, and where their futures go.
    unready: VecDeque<(Job, oneshot::Sender<Started<S::Future>>)>,
    /// The token of the next take: that of the last one, if its answer was lost.
    token: Token,
    /// When the queue is asked next, if it says nothing before.
    next_take: Instant,
    /// The pauses between takes, while they fail.
    backoff: Option<Backoff>,
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
            service,
            config: Arc::new(config),
            attempts: JoinSet::new(),
            active: HashMap::new(),
            unready: VecDeque::new(),
            token: Token::random(),
            next_take: Instant::now(),
            backoff: None,
            is_stopping: Arc::default(),
        }
    }

    pub(super) async fn until(mut self, shutdown: impl Future<Output = ()>) {
        let mut shutdown = pin!(shutdown);
        while !self.wait(shutdown.as_mut()).await {
            if self.room() > 0 && self.next_take <= Instant::now() {
                self.take().await;
            }
        }
        self.is_stopping.store(true, Ordering::Relaxed);
        while !self.attempts.is_empty() {
            poll_fn(|cx| self.poll_attempts(cx)).await;
        }
    }

    fn room(&self) -> usize {
        self.config.concurrency.saturating_sub(self.attempts.len())
    }

    /// Asks the queue for as many events as there is room for.
    async fn take(&mut self) {
        let (room, taken_at) = (self.room(), Instant::now());
        let take = self.queue.take(self.token, room, self.config.lease);
        match bounded(self.config.call_limit(), take).await {
            Ok(taken) => {
                self.backoff = None;
                // As many as asked for: there may be more.
                if taken.len() < room {
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
                let backoff = self.backoff.get_or_insert_with(Backoff::new);
                self.next_take = Instant::now() + backoff.pause(MAX_PAUSE);
            }
        }
    }

    fn start(&mut self, held: Held) {
        match self.active.entry(held.taken.key.clone()) {
            Entry::Occupied(mut earlier) => {
                earlier.insert(Some(held));
                return;
            }
            Entry::Vacant(place) => {
                place.insert(None);
            }
        }
        let Held {
            taken,
            token,
            taken_at,
        } = held;
        let attempt = Attempt {
            queue: Arc::clone(&self.queue),
            config: Arc::clone(&self.config),
            key: taken.key.clone(),
            token,
            number: taken.attempt,
            taken_at,
            is_stopping: Arc::clone(&self.is_stopping),
        };
        match self.config.job(taken) {
            Ok(job) => {
                let (sender, start) = oneshot::channel();
                self.unready.push_back((job, sender));
                self.attempts.spawn(attempt.handle(start));
            }
            Err(failure) => {
                let error = failure.text;
                self.attempts.spawn(attempt.record(Outcome::Dead { error }));
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
                if self.room() == 0 {
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
        self.poll_service(cx);
        match self.attempts.poll_join_next(cx) {
            Poll::Ready(Some(Ok(ended))) => {
                let held = self.active.remove(&ended.key).flatten();
                if let Some(held) = held
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
                Poll::Ready(())
            }
            // Panics of the service and of the queue are caught inside.
            Poll::Ready(Some(Err(_))) => Poll::Ready(()),
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    /// Starts jobs while the service is ready.
    fn poll_service(&mut self, cx: &mut Context<'_>) {
        while let Some((job, start)) = self.unready.pop_front() {
            let service = &mut self.service;
            let ready = AssertUnwindSafe(|| service.poll_ready(cx));
            let started = match catch_unwind(ready) {
                Ok(Poll::Pending) => return self.unready.push_front((job, start)),
                Ok(Poll::Ready(Ok(()))) => {
                    let call = AssertUnwindSafe(|| service.call(job));
                    catch_unwind(call).map_err(|_| Failure::panicked())
                }
                Ok(Poll::Ready(Err(error))) => Err(Failure::of(&*error.into())),
                Err(_) => Err(Failure::panicked()),
            };
            // The attempt waits for this as long as the worker lives.
            let _ = start.send(started);
        }
    }
}
