//! Executes operations in batches.

use std::{
    error::Error,
    sync::{Arc, Weak},
    time::Duration,
};

use deadpool_postgres::Client;
use tokio::{sync::oneshot, task::yield_now, time::timeout};
use tower_loops::idempotency::{StoreError, StoreErrorKind};

use crate::{
    batch::{
        Batched,
        queue::{Answer, Batch, Caller, Queue, Running},
    },
    error::shared,
};

/// After this time, a statement no longer holds back the next one: the disk may be slow, a row
/// locked, the connection dead.
const SLOW: Duration = Duration::from_millis(10);

/// Executes operations of one kind. Clones share what waits.
pub(crate) struct Batches<K: Batched> {
    kind: K,
    queue: Arc<Queue<K>>,
    are_on: bool,
}

impl<K: Batched> Batches<K> {
    pub(crate) fn new(kind: K, are_on: bool) -> Self {
        let queue = Arc::new(Queue::new());
        Self {
            kind,
            queue,
            are_on,
        }
    }

    /// Executes an operation at once, or in the next batch if enough statements are under way.
    ///
    /// What was sent runs to its end even if the caller stops waiting, for the reasons that
    /// [`Connections::execute`](crate::connection::Connections::execute) has.
    pub(crate) async fn execute(&self, operation: K::Operation) -> Result<K::Outcome, StoreError> {
        let operation = Arc::new(operation);
        if !self.are_on {
            let client = self.kind.connections().client().await?;
            let kind = self.kind.clone();
            let executed = tokio::spawn(async move { kind.alone(client, &operation).await });
            return executed.await.unwrap_or_else(|error| Err(stopped(error)));
        }
        loop {
            let (caller, answer) = oneshot::channel();
            let running = self.queue.push(&operation, caller)?;
            let is_ours = running.is_some();
            if let Some(running) = running {
                tokio::spawn(self.clone().run(running));
            }
            match answer.await {
                Ok(Answer::Outcome(outcome)) => return outcome,
                Ok(Answer::Again) if is_ours => {
                    let ended = "the runtime of this operation has ended";
                    let error = StoreError::new(StoreErrorKind::Unavailable, ended);
                    return Err(error.without_effect());
                }
                Ok(Answer::Again) => {}
                Err(error) => return Err(stopped(error)),
            }
        }
    }

    /// Executes what waits until nothing does.
    async fn run(self, mut running: Running<K>) {
        loop {
            // The callers that were answered last are likely to come back at once.
            yield_now().await;
            if running.ends() {
                return;
            }
            match self.kind.connections().client().await {
                Ok(client) => {
                    let batch = running.next_batch();
                    if !batch.0.is_empty() {
                        let executed = tokio::spawn(self.clone().execute_batch(client, batch));
                        // After the timeout, the statement goes on in its own task.
                        let _ = timeout(SLOW, executed).await;
                    }
                }
                Err(error) => fail::<K>(running.next_batch().1, error),
            }
        }
    }

    async fn execute_batch(self, client: Client, (operations, callers): Batch<K>) {
        if let [operation] = &operations[..] {
            let outcome = self.kind.alone(client, operation).await;
            return answer::<K>(callers, [outcome]);
        }
        let outcomes = match self.kind.together(client, &operations).await {
            Ok(outcomes) => outcomes,
            // One operation failed, such as one whose row is locked: the server rolled all back.
            Err(error) if !error.may_have_taken_effect() => {
                operations.iter().map(|_| None).collect()
            }
            Err(error) => return fail::<K>(callers, error),
        };
        for ((operation, caller), outcome) in operations.iter().zip(callers).zip(outcomes) {
            match outcome {
                // The caller may have been dropped meanwhile.
                Some(outcome) => drop(caller.send(Answer::Outcome(Ok(outcome)))),
                None => {
                    let alone = self
                        .clone()
                        .execute_alone(Arc::downgrade(operation), caller);
                    tokio::spawn(alone);
                }
            }
        }
    }

    /// Executes an operation that a batch could not, on a connection of its own: it may wait for a
    /// lock.
    async fn execute_alone(self, operation: Weak<K::Operation>, caller: Caller<K>) {
        let client = self.kind.connections().client().await;
        let Some(operation) = operation.upgrade() else {
            return;
        };
        let outcome = match client {
            Ok(client) => self.kind.alone(client, &operation).await,
            Err(error) => Err(error),
        };
        let _ = caller.send(Answer::Outcome(outcome));
    }
}

impl<K: Batched> Clone for Batches<K> {
    fn clone(&self) -> Self {
        Self {
            kind: self.kind.clone(),
            queue: Arc::clone(&self.queue),
            are_on: self.are_on,
        }
    }
}

fn answer<K: Batched>(
    callers: Vec<Caller<K>>,
    outcomes: impl IntoIterator<Item = Result<K::Outcome, StoreError>>,
) {
    for (caller, outcome) in callers.into_iter().zip(outcomes) {
        let _ = caller.send(Answer::Outcome(outcome));
    }
}

/// Answers all callers with one error.
fn fail<K: Batched>(callers: Vec<Caller<K>>, error: StoreError) {
    let error = Arc::new(error);
    for caller in callers {
        let _ = caller.send(Answer::Outcome(Err(shared(&error))));
    }
}

/// The runtime of the task has ended.
fn stopped(error: impl Error + Send + Sync + 'static) -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, error)
}
