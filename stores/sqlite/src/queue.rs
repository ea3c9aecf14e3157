//! The queue of the store's thread.

use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tower_loops::idempotency::StoreError;

use crate::{
    error::{queue_full, thread_ended},
    operation::Operation,
    priority::Priority,
};

/// How many operations of one priority may wait. A flood of claims takes no place of a completion.
const CAPACITY: usize = 10_000;

/// Operations that wait, by priority.
#[derive(Default)]
pub(crate) struct Waiting([VecDeque<Operation>; 4]);

impl Waiting {
    pub(crate) fn len(&self) -> usize {
        self.0.iter().map(VecDeque::len).sum()
    }

    pub(crate) fn push(&mut self, operation: Operation) {
        self.0[operation.priority as usize].push_back(operation);
    }

    /// Puts back the operation that was popped last.
    pub(crate) fn put_back(&mut self, operation: Operation) {
        self.0[operation.priority as usize].push_front(operation);
    }

    pub(crate) fn pop(&mut self) -> Option<Operation> {
        self.0.iter_mut().find_map(VecDeque::pop_front)
    }

    /// Takes the claims that nobody has looked at.
    pub(crate) fn take_claims(&mut self) -> VecDeque<Operation> {
        std::mem::take(&mut self.0[Priority::Claim as usize])
    }

    pub(crate) fn append(&mut self, other: &mut Self) {
        for (here, there) in self.0.iter_mut().zip(&mut other.0) {
            here.append(there);
        }
    }

    /// Drops what nobody awaits any more.
    pub(crate) fn drop_abandoned(&mut self) {
        for operations in &mut self.0 {
            operations.retain(|operation| !operation.work.is_abandoned());
        }
    }

    /// Fails what has waited until its deadline.
    pub(crate) fn fail_expired(&mut self, error: impl Fn() -> StoreError) {
        let now = Instant::now();
        for operations in &mut self.0 {
            for mut operation in std::mem::take(operations) {
                if operation.was_tried && operation.deadline <= now {
                    operation.fail(error());
                } else {
                    operation.was_tried = true;
                    operations.push_back(operation);
                }
            }
        }
    }

    pub(crate) fn fail_all(&mut self, error: impl Fn() -> StoreError) {
        while let Some(operation) = self.pop() {
            operation.fail(error());
        }
    }
}

pub(crate) struct Queue {
    state: Mutex<State>,
    arrived: Condvar,
    places: [Arc<Semaphore>; 4],
}

struct State {
    arrived: Waiting,
    /// While the thread waits: the number of arrivals at which it wakes up.
    wanted: Option<usize>,
    is_open: bool,
}

impl Queue {
    pub(crate) fn new() -> Self {
        Self {
            state: Mutex::new(State {
                arrived: Waiting::default(),
                wanted: None,
                is_open: true,
            }),
            arrived: Condvar::new(),
            places: std::array::from_fn(|_| Arc::new(Semaphore::new(CAPACITY))),
        }
    }

    /// Takes a place for an operation.
    pub(crate) fn place(&self, priority: Priority) -> Result<OwnedSemaphorePermit, StoreError> {
        let places = Arc::clone(&self.places[priority as usize]);
        places.try_acquire_owned().map_err(|_| queue_full(CAPACITY))
    }

    pub(crate) fn push(&self, operation: Operation) -> Result<(), StoreError> {
        let mut state = self.lock();
        if !state.is_open {
            return Err(thread_ended().without_effect());
        }
        state.arrived.push(operation);
        if state
            .wanted
            .is_some_and(|wanted| state.arrived.len() >= wanted)
        {
            drop(state);
            self.arrived.notify_one();
        }
        Ok(())
    }

    /// Adds what has arrived to `waiting`, once `wanted` operations have arrived or `longest` is
    /// over; `None` stands for forever. Returns `false` once the queue is closed.
    pub(crate) fn take(
        &self,
        waiting: &mut Waiting,
        wanted: usize,
        longest: Option<Duration>,
    ) -> bool {
        let is_waiting = |state: &mut State| state.is_open && state.arrived.len() < wanted;
        let mut state = self.lock();
        state.wanted = Some(wanted);
        state = match longest {
            None => self
                .arrived
                .wait_while(state, is_waiting)
                .unwrap_or_else(PoisonError::into_inner),
            Some(longest) => {
                let waited = self.arrived.wait_timeout_while(state, longest, is_waiting);
                waited.unwrap_or_else(PoisonError::into_inner).0
            }
        };
        state.wanted = None;
        waiting.append(&mut state.arrived);
        state.is_open
    }

    /// Ends the thread, and whatever waits.
    pub(crate) fn close(&self) {
        let mut state = self.lock();
        state.is_open = false;
        let ended = std::mem::take(&mut state.arrived);
        drop(state);
        drop(ended);
        self.arrived.notify_one();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
