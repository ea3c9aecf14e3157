//! Operations that wait for a statement, and how many statements are under way.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use tokio::sync::oneshot;
use tower_loops::idempotency::{StoreError, StoreErrorKind};

use crate::batch::Batched;

/// How many operations may wait.
const CAPACITY: usize = 10_000;

/// A batch takes no more operations once those in it have this many bytes.
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// How many statements run at once. With two, one runs while the next gathers.
const STATEMENTS: usize = 2;

pub(super) enum Answer<T> {
    Outcome(Result<T, StoreError>),
    /// The operation was not sent: the task that would have sent it was cancelled.
    Again,
}

pub(super) type Caller<K> = oneshot::Sender<Answer<<K as Batched>::Outcome>>;

/// Operations, sorted by key, and who awaits each.
pub(super) type Batch<K> = (Vec<Arc<<K as Batched>::Operation>>, Vec<Caller<K>>);

pub(super) struct Queue<K: Batched>(Mutex<State<K>>);

struct State<K: Batched> {
    /// The caller owns its operation, so an operation that nobody awaits is freed.
    waiting: VecDeque<(Weak<K::Operation>, Caller<K>)>,
    running: usize,
}

impl<K: Batched> Queue<K> {
    pub(super) fn new() -> Self {
        Self(Mutex::new(State {
            waiting: VecDeque::new(),
            running: 0,
        }))
    }

    /// Adds an operation. Returns what a new task needs, unless enough tasks run.
    pub(super) fn push(
        self: &Arc<Self>,
        operation: &Arc<K::Operation>,
        caller: Caller<K>,
    ) -> Result<Option<Running<K>>, StoreError> {
        let mut state = self.lock();
        if state.waiting.len() >= CAPACITY {
            state.waiting.retain(|(_, caller)| !caller.is_closed());
            if state.waiting.len() >= CAPACITY {
                let cause = format!("{CAPACITY} operations wait for PostgreSQL");
                return Err(StoreError::new(StoreErrorKind::Full, cause).without_effect());
            }
        }
        state.waiting.push_back((Arc::downgrade(operation), caller));
        if state.running >= STATEMENTS {
            return Ok(None);
        }
        state.running += 1;
        Ok(Some(Running {
            queue: Arc::clone(self),
            is_over: false,
        }))
    }

    fn lock(&self) -> MutexGuard<'_, State<K>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A task that executes what waits. If it is cancelled, with its runtime, and no other such task
/// runs, the waiting callers try again.
pub(super) struct Running<K: Batched> {
    queue: Arc<Queue<K>>,
    is_over: bool,
}

impl<K: Batched> Running<K> {
    /// Whether nothing waits. If so, the next operation starts another task.
    pub(super) fn ends(&mut self) -> bool {
        let mut state = self.queue.lock();
        self.is_over = state.waiting.is_empty();
        state.running -= usize::from(self.is_over);
        self.is_over
    }

    pub(super) fn next_batch(&self) -> Batch<K> {
        let (mut state, mut batch, mut bytes) = (self.queue.lock(), Vec::new(), 0);
        while batch.len() < K::MOST
            && bytes < BATCH_BYTES
            && let Some((operation, caller)) = state.waiting.pop_front()
        {
            if let Some(operation) = operation.upgrade() {
                bytes += K::size(&operation);
                batch.push((operation, caller));
            }
        }
        drop(state);
        // Statements that wait for each other's keys must do so in one order.
        batch.sort_by(|(one, _), (other, _)| K::key(one).cmp(K::key(other)));
        batch.into_iter().unzip()
    }
}

impl<K: Batched> Drop for Running<K> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut state = self.queue.lock();
        state.running -= 1;
        if state.running == 0 {
            for (_, caller) in state.waiting.drain(..) {
                let _ = caller.send(Answer::Again);
            }
        }
    }
}
