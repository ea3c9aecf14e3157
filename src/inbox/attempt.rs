//! One attempt of one event: it is handled while its lease is kept, and recorded.

use std::{
    future::Future,
    ops::ControlFlow,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::oneshot,
    time::{Instant, sleep},
};

use crate::{
    box_error::BoxError,
    inbox::{config::Config, failure::Failure, queue::Queue, record::Outcome},
    store::{Backoff, EventKey, Panicked, StoreError, Token, bounded, catch, keep_while},
    trace,
};

/// The longest pause between attempts to record an outcome: soon after an outage the queue knows of
/// it, before others take the event.
const MAX_PAUSE: Duration = Duration::from_millis(400);

/// The future of the service, once it was ready for the job, or why there is none.
pub(super) type Started<F> = Result<F, Failure>;

pub(super) struct Attempt<Q> {
    pub(super) queue: Arc<Q>,
    pub(super) config: Arc<Config>,
    pub(super) key: EventKey,
    pub(super) token: Token,
    pub(super) number: u32,
    pub(super) taken_at: Instant,
    /// Whether the worker shuts down.
    pub(super) is_stopping: Arc<AtomicBool>,
}

/// An attempt that is over.
pub(super) struct Ended {
    pub(super) key: EventKey,
    pub(super) outcome: Outcome,
}

impl<Q: Queue> Attempt<Q> {
    /// Handles the event, and records what became of it.
    pub(super) async fn handle<F, E>(self, start: oneshot::Receiver<Started<F>>) -> Ended
    where
        F: Future<Output = Result<(), E>>,
        E: Into<BoxError>,
    {
        // The lease is kept while the service is not ready, too.
        let handler = async {
            match start.await {
                Ok(Ok(future)) => {
                    let handled =
                        async { future.await.map_err(|error| Failure::of(&*error.into())) };
                    let handled = catch(handled).await;
                    handled.unwrap_or_else(|Panicked| Err(Failure::panicked()))
                }
                Ok(Err(failure)) => Err(failure),
                // The worker is gone, and this task with it.
                Err(_) => std::future::pending().await,
            }
        };
        let renew = || self.beat();
        let handled = keep_while(
            self.taken_at,
            self.config.lease,
            renew,
            handler,
            Result::is_ok,
        )
        .await;
        let outcome = match handled {
            Ok(()) => Outcome::Done,
            Err(failure) => self.config.outcome(self.number, failure),
        };
        self.record(outcome).await
    }

    /// Records the outcome of the attempt until the queue takes it.
    pub(super) async fn record(self, outcome: Outcome) -> Ended {
        let (start, mut backoff) = (Instant::now(), Backoff::new());
        let mut is_repeated = false;
        loop {
            match bounded(self.config.call_limit(), self.finish(&outcome)).await {
                // A repeated call may find what an earlier one has recorded.
                Ok(was_held) if was_held || is_repeated => break,
                Ok(_) => {
                    trace::lease_lost(&self.key);
                    break;
                }
                Err(error) if !is_repeated => trace::store_failed(&self.key, "finish", &error),
                // A failure is void once the lease has ended, and its attempt was counted: a queue
                // that never takes it must not occupy the worker. A success is kept.
                Err(_)
                    if start.elapsed() >= self.config.lease
                        && (self.is_stopping() || !matches!(outcome, Outcome::Done)) =>
                {
                    trace::outcome_not_recorded(&self.key);
                    break;
                }
                Err(_) => {}
            }
            is_repeated = true;
            sleep(backoff.pause(MAX_PAUSE)).await;
        }
        trace::attempt(&self.key, self.number, &outcome);
        Ended {
            key: self.key,
            outcome,
        }
    }

    async fn finish(&self, outcome: &Outcome) -> Result<bool, StoreError> {
        self.queue.finish(&self.key, self.token, outcome).await
    }

    async fn beat(&self) -> ControlFlow<()> {
        let extend = self.queue.extend(&self.key, self.token, self.config.lease);
        match bounded(self.config.call_limit(), extend).await {
            Ok(true) => ControlFlow::Continue(()),
            Ok(false) => {
                trace::lease_lost(&self.key);
                ControlFlow::Break(())
            }
            Err(error) => {
                trace::store_failed(&self.key, "extend", &error);
                ControlFlow::Continue(())
            }
        }
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }
}
