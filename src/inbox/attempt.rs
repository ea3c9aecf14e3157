//! One attempt of one event: it is handled while its lease is kept, and recorded.

use std::{
    future::Future,
    ops::ControlFlow,
    pin::pin,
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
    inbox::{
        config::Config,
        failure::Failure,
        hold::{Hold, SharedHold},
        queue::Queue,
        record::Outcome,
        unready::Started,
    },
    store::{Backoff, EventKey, Panicked, StoreError, Token, bounded, catch, keep_while},
    trace,
};

/// The longest pause between attempts to record an outcome: soon after an outage the queue knows of
/// it, before others take the event.
const MAX_PAUSE: Duration = Duration::from_millis(400);

pub(super) struct Attempt<Q> {
    pub(super) queue: Arc<Q>,
    pub(super) config: Arc<Config>,
    pub(super) key: EventKey,
    pub(super) hold: SharedHold,
    pub(super) taken_at: Instant,
    /// Whether the worker shuts down.
    pub(super) is_stopping: Arc<AtomicBool>,
}

/// An attempt that is over.
pub(super) struct Ended {
    pub(super) key: EventKey,
    /// The token under which the outcome was recorded.
    pub(super) token: Token,
    pub(super) outcome: Outcome,
}

impl<Q: Queue> Attempt<Q> {
    /// Handles the event, and records the outcome.
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
                        pin!(async { future.await.map_err(|error| Failure::of(&*error.into())) });
                    let handled = catch(handled).await;
                    let handled = handled.unwrap_or_else(|Panicked| Err(Failure::panicked()));
                    handled.map_err(Some)
                }
                Ok(Err(failure)) => Err(Some(failure)),
                // The worker released the event before the service was called.
                Err(_) => Err(None),
            }
        };
        let handled = {
            let (lease, renew, handler) = (self.config.lease, || self.beat(), pin!(handler));
            keep_while(self.taken_at, lease, renew, handler, Result::is_ok).await
        };
        let hold = self.hold.get();
        let outcome = match handled {
            Ok(()) => Outcome::Done,
            Err(Some(failure)) => self.config.outcome(hold.attempt, failure),
            Err(None) => Outcome::Released,
        };
        self.record(hold, outcome).await
    }

    /// Records the outcome of the attempt until the queue takes it.
    pub(super) async fn record(self, hold: Hold, outcome: Outcome) -> Ended {
        let (start, mut backoff) = (Instant::now(), Backoff::new());
        let mut is_repeated = false;
        loop {
            match self.finish(hold, &outcome).await {
                // A repeated call may find what an earlier one has recorded.
                Ok(was_held) if was_held || is_repeated => break,
                Ok(_) => {
                    self.lose(hold.token);
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
        let (key, attempt) = (&self.key, hold.attempt);
        match &outcome {
            Outcome::Done => trace::attempt_succeeded(key, attempt),
            Outcome::Retry { after, .. } => trace::attempt_failed(key, attempt, *after),
            Outcome::Released => trace::attempt_released(key, attempt),
            Outcome::Dead { .. } => trace::event_is_dead(key, attempt),
        }
        Ended {
            key: self.key,
            token: hold.token,
            outcome,
        }
    }

    async fn finish(&self, hold: Hold, outcome: &Outcome) -> Result<bool, StoreError> {
        let finish = pin!(async { self.queue.finish(&self.key, hold.token, outcome).await });
        bounded(self.config.call_limit(), finish).await
    }

    /// Renews the lease. An event that is lost may come back to this worker under another token, so
    /// this goes on.
    async fn beat(&self) -> ControlFlow<()> {
        let Hold { token, .. } = self.hold.get();
        let lease = self.config.lease;
        let extend = pin!(async { self.queue.extend(&self.key, token, lease).await });
        match bounded(self.config.call_limit(), extend).await {
            Ok(true) => {}
            Ok(false) => self.lose(token),
            Err(error) => trace::store_failed(&self.key, "extend", &error),
        }
        ControlFlow::Continue(())
    }

    fn lose(&self, token: Token) {
        if self.hold.lose(token) {
            trace::lease_lost(&self.key);
        }
    }

    fn is_stopping(&self) -> bool {
        self.is_stopping.load(Ordering::Relaxed)
    }
}
