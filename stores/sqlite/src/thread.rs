//! The store's thread: it owns the connection, and commits what waits together.

use std::{
    sync::Arc,
    thread::Builder,
    time::{Duration, Instant},
};

use rusqlite::{Connection, Result, Transaction, TransactionBehavior};
use tokio::sync::oneshot;
use tower_loops::idempotency::StoreError;

use crate::{
    error::{file_replaced, is_lock, store_error, thread_ended, waited_too_long, without_effect},
    file::OpenedFile,
    operation::{Call, Operation},
    priority::Priority,
    queue::{Queue, Waiting},
};

/// The most operations of one transaction: some milliseconds of work.
const BATCH: usize = 512;

/// How often another connection's lock is tried.
const LOCK_POLL: Duration = Duration::from_millis(5);

/// The longest wait for operations that are likely to arrive.
const MAX_GATHER: Duration = Duration::from_millis(1);

/// A handle of the thread, which ends with the last one.
#[derive(Clone)]
pub(crate) struct Thread(Arc<Handle>);

struct Handle(Arc<Queue>);

impl Drop for Handle {
    fn drop(&mut self) {
        self.0.close();
    }
}

impl Thread {
    pub(crate) fn start(connection: Connection) -> Self {
        let queue = Arc::new(Queue::new());
        let worker = Worker {
            file: OpenedFile::of(&connection),
            connection,
            queue: Arc::clone(&queue),
            waiting: Waiting::default(),
            lock_error: None,
            last_commit: (0, Duration::ZERO),
        };
        let builder = Builder::new().name("tower-loops-sqlite".to_owned());
        // Where no thread can be started, the worker is dropped, which closes the queue.
        let _ = builder.spawn(move || worker.run());
        Self(Arc::new(Handle(queue)))
    }

    /// Runs an operation: first `read`, which may find the answer without writing, then `write`.
    ///
    /// Fails if it still waits at the deadline. Dropped while it waits, it is not run.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        priority: Priority,
        deadline: Instant,
        read: impl Fn(&Connection) -> Result<Option<T>> + Send + 'static,
        write: impl Fn(&Connection) -> Result<T> + Send + 'static,
    ) -> std::result::Result<T, StoreError> {
        let Self(handle) = self;
        let place = handle.0.place(priority)?;
        let (caller, answer) = oneshot::channel();
        let call = Call {
            read,
            write,
            answer: None,
            caller,
        };
        let operation = Operation::new(priority, deadline, place, call);
        handle.0.push(operation)?;
        answer.await.unwrap_or_else(|_| Err(thread_ended()))
    }
}

struct Worker {
    connection: Connection,
    file: Option<OpenedFile>,
    queue: Arc<Queue>,
    waiting: Waiting,
    /// Why the lock could not be had, while another connection has it.
    lock_error: Option<rusqlite::Error>,
    /// How many operations the last commit had, and how long it took.
    last_commit: (usize, Duration),
}

impl Drop for Worker {
    fn drop(&mut self) {
        self.queue.close();
    }
}

impl Worker {
    fn run(mut self) {
        loop {
            let longest = match self.lock_error {
                _ if self.waiting.len() == 0 => None,
                Some(_) => Some(LOCK_POLL),
                None => Some(Duration::ZERO),
            };
            if !self.queue.take(&mut self.waiting, 1, longest) {
                return;
            }
            let lock_error = self.lock_error.as_ref();
            self.waiting.drop_abandoned();
            self.waiting
                .fail_expired(|| lock_error.map_or_else(waited_too_long, without_effect));
            if self.is_file_replaced() {
                self.waiting.fail_all(file_replaced);
                continue;
            }
            // While another connection has the lock, claims are read and deadlines kept.
            let _ = self.connection.busy_timeout(Duration::ZERO);
            self.read_claims();
            self.write_batch();
        }
    }

    /// Answers the claims of events that are done or in flight. They write nothing, so they do not
    /// wait for the lock.
    fn read_claims(&mut self) {
        let claims = self.waiting.take_claims();
        if claims.is_empty() {
            return;
        }
        // One snapshot costs less than one for each claim.
        let _snapshot = self.connection.unchecked_transaction();
        for mut claim in claims {
            match claim.work.read(&self.connection) {
                Ok(true) => claim.work.answer(Ok(())),
                Err(error) if !is_lock(&error) => claim.fail(without_effect(&error)),
                // In other modes than WAL, readers wait for a lock as well.
                Ok(false) | Err(_) => {
                    claim.priority = Priority::ReadClaim;
                    self.waiting.push(claim);
                }
            }
        }
    }

    /// Runs what waits in one transaction, unless another connection has the lock.
    fn write_batch(&mut self) {
        if self.waiting.len() == 0 {
            self.lock_error = None;
            return;
        }
        self.gather();
        let begun = Transaction::new_unchecked(&self.connection, TransactionBehavior::Immediate);
        let transaction = match begun {
            Ok(transaction) => transaction,
            Err(error) if is_lock(&error) => {
                self.lock_error = Some(error);
                return;
            }
            Err(error) => return self.waiting.fail_all(|| without_effect(&error)),
        };
        self.lock_error = None;
        // Operations that arrived meanwhile may be more urgent, or make a waiting one void.
        self.queue.take(&mut self.waiting, 0, Some(Duration::ZERO));
        self.waiting.drop_abandoned();
        if self.is_file_replaced() {
            return self.waiting.fail_all(file_replaced);
        }

        let mut batch: Vec<Operation> = Vec::new();
        while batch.len() < BATCH
            && let Some(mut operation) = self.waiting.pop()
        {
            match operation.work.write(&transaction) {
                Ok(()) => batch.push(operation),
                Err(error) => {
                    operation.fail(without_effect(&error));
                    if transaction.is_autocommit() {
                        // SQLite has undone the whole transaction: the others run again.
                        let others = batch.into_iter().rev();
                        return others.for_each(|operation| self.waiting.put_back(operation));
                    }
                }
            }
        }
        let start = Instant::now();
        let outcome = commit(transaction, &batch);
        self.last_commit = (batch.len(), start.elapsed());
        for operation in batch {
            // Not `without_effect`: a commit that fails may have written nevertheless.
            operation
                .work
                .answer(outcome.as_ref().map(|&()| ()).map_err(store_error));
        }
    }

    /// Waits for as many operations as the last commit has answered: their callers are likely to
    /// come back at once, and one commit for all takes half the time of two.
    fn gather(&mut self) {
        let (size, time) = self.last_commit;
        let missing = size.saturating_sub(self.waiting.len());
        if missing > 0 && self.lock_error.is_none() {
            let longest = MAX_GATHER.min(time / 4);
            self.queue.take(&mut self.waiting, missing, Some(longest));
        }
    }

    fn is_file_replaced(&self) -> bool {
        self.file.as_ref().is_some_and(OpenedFile::is_replaced)
    }
}

/// Commits. In other modes than WAL, this waits for readers, until the first deadline of the batch.
fn commit(transaction: Transaction<'_>, batch: &[Operation]) -> Result<()> {
    let deadline = batch.iter().map(|operation| operation.deadline).min();
    let rest = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
    transaction.busy_timeout(rest.unwrap_or_default())?;
    transaction.commit()
}
