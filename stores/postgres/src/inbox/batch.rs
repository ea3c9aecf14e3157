//! Events that are stored together: while one statement commits, others gather for the next.

use std::{
    collections::{BTreeMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use deadpool_postgres::Client;
use tokio::{sync::oneshot, task::yield_now, time::timeout};
use tokio_postgres::{Row, types::Type};
use tower_loops::{
    StoredEvent,
    inbox::{Accepted, EventKey, StoreError, StoreErrorKind},
};
use tower_loops_sql::postgres::inbox::ACCEPT;

use crate::{
    call::Call,
    connection::Connections,
    error::shared,
    inbox::{notifier::Notifier, rows},
};

/// How many events may wait.
const CAPACITY: usize = 10_000;

/// The most events of one statement, and the bytes of payload from which on it takes no more.
const BATCH: usize = 512;
const BATCH_BYTES: usize = 4 * 1024 * 1024;

/// How many statements store events at once. With two, one runs while the next gathers.
const STATEMENTS: usize = 2;

/// A statement that takes longer keeps the next ones waiting no more: its connection may be dead.
const SLOW: Duration = Duration::from_millis(200);

/// An event to store. Its caller owns it: what nobody awaits any more takes no memory.
pub(super) type Event = (EventKey, StoredEvent);

type Caller = oneshot::Sender<Result<Accepted, StoreError>>;

/// The events of one statement, and who awaits each. Sorted, because statements that wait for each
/// other's keys must do so in one order.
type Batch = BTreeMap<EventKey, (StoredEvent, Vec<Caller>)>;

#[derive(Clone)]
pub(super) struct Batches {
    connections: Connections,
    notifier: Notifier,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Weak<Event>, Caller)>,
    /// How many tasks store what waits.
    running: usize,
}

impl Batches {
    pub(super) fn new(connections: Connections, notifier: Notifier) -> Self {
        Self {
            connections,
            notifier,
            state: Arc::default(),
        }
    }

    pub(super) async fn store(&self, event: Event) -> Result<Accepted, StoreError> {
        let event = Arc::new(event);
        let (caller, stored) = oneshot::channel();
        if self.push(Arc::downgrade(&event), caller)? {
            tokio::spawn(self.clone().run());
        }
        stored
            .await
            .unwrap_or_else(|stopped| Err(StoreError::new(StoreErrorKind::Unavailable, stopped)))
    }

    /// Returns whether a task is needed.
    fn push(&self, event: Weak<Event>, caller: Caller) -> Result<bool, StoreError> {
        let mut state = self.lock();
        if state.waiting.len() >= CAPACITY {
            state.waiting.retain(|(_, caller)| !caller.is_closed());
            if state.waiting.len() >= CAPACITY {
                let cause = format!("{CAPACITY} events wait to be stored");
                return Err(StoreError::new(StoreErrorKind::Full, cause).without_effect());
            }
        }
        state.waiting.push_back((event, caller));
        let is_needed = state.running < STATEMENTS;
        state.running += usize::from(is_needed);
        Ok(is_needed)
    }

    /// Stores what waits until nothing does.
    async fn run(self) {
        let mut running = Running {
            batches: &self,
            is_over: false,
        };
        loop {
            // The callers that were answered last are likely to come back at once.
            yield_now().await;
            if running.ends() {
                return;
            }
            match self.connections.client().await {
                Ok(client) => {
                    let batch = self.next_batch();
                    if !batch.is_empty() {
                        let stored = tokio::spawn(self.clone().store_batch(client, batch));
                        // It goes on by itself.
                        let _ = timeout(SLOW, stored).await;
                    }
                }
                Err(error) => answer(self.next_batch(), Err(error)),
            }
        }
    }

    fn next_batch(&self) -> Batch {
        let (mut state, mut batch, mut bytes) = (self.lock(), Batch::new(), 0);
        while batch.len() < BATCH
            && bytes < BATCH_BYTES
            && let Some((event, caller)) = state.waiting.pop_front()
        {
            if let Some(event) = event.upgrade() {
                let (key, event) = &*event;
                bytes += event.payload().len();
                let entry = batch.entry(key.clone());
                let (_, callers) = entry.or_insert_with(|| (event.clone(), Vec::new()));
                callers.push(caller);
            }
        }
        batch
    }

    /// If the server rejects an event, it stores the halves: the others do not fail with it.
    async fn store_batch(self, client: Client, batch: Batch) {
        let (mut client, mut batches) = (Some(client), vec![batch]);
        while let Some(mut batch) = batches.pop() {
            let stored = match client.take() {
                Some(client) => self.store_together(client, &batch).await,
                None => match self.connections.client().await {
                    Ok(client) => self.store_together(client, &batch).await,
                    Err(error) => Err(error),
                },
            };
            if matches!(&stored, Err(error) if error.kind() == StoreErrorKind::Other) {
                batch.retain(|_, (_, callers)| callers.iter().any(|caller| !caller.is_closed()));
                if let (2.., Some(middle)) = (batch.len(), batch.keys().nth(batch.len() / 2)) {
                    let second = batch.split_off(&middle.clone());
                    batches.extend([second, batch]);
                    continue;
                }
            }
            answer(batch, stored);
        }
    }

    async fn store_together(&self, client: Client, batch: &Batch) -> Result<Vec<Row>, StoreError> {
        let new = self
            .connections
            .run(client, &call(batch), &rows::all)
            .await?;
        if !new.is_empty() {
            self.notifier.notify();
        }
        Ok(new)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The task that stores what waits. If it is cancelled, with its runtime, nobody waits for it.
struct Running<'a> {
    batches: &'a Batches,
    is_over: bool,
}

impl Running<'_> {
    /// Whether nothing waits. If so, the next event starts another task.
    fn ends(&mut self) -> bool {
        let mut state = self.batches.lock();
        self.is_over = state.waiting.is_empty();
        state.running -= usize::from(self.is_over);
        self.is_over
    }
}

impl Drop for Running<'_> {
    fn drop(&mut self) {
        if self.is_over {
            return;
        }
        let mut state = self.batches.lock();
        state.running -= 1;
        if state.running == 0 {
            state.waiting.clear();
        }
    }
}

fn call(batch: &Batch) -> Call {
    let (mut namespaces, mut ids, mut payloads) = (Vec::new(), Vec::new(), Vec::new());
    let (mut received, mut signed, mut indexes) = (Vec::new(), Vec::new(), Vec::new());
    for (key, (event, _)) in batch {
        namespaces.push(key.namespace().to_owned());
        ids.push(key.id().to_owned());
        received.push(rows::bounded(event.received_at()));
        signed.push(rows::bounded(event.signed_at()));
        indexes.push(i32::try_from(event.secret_index()).unwrap_or(i32::MAX));
        payloads.push(event.payload().to_vec());
    }
    Call::new(|_| ACCEPT)
        .with(namespaces, Type::TEXT_ARRAY)
        .with(ids, Type::TEXT_ARRAY)
        .with(received, Type::TIMESTAMPTZ_ARRAY)
        .with(signed, Type::TIMESTAMPTZ_ARRAY)
        .with(indexes, Type::INT4_ARRAY)
        .with(payloads, Type::BYTEA_ARRAY)
}

/// The rows are the keys of the new events. Of several deliveries of one, the first has stored it.
fn answer(batch: Batch, stored: Result<Vec<Row>, StoreError>) {
    let stored = stored.map_err(Arc::new);
    let new = stored.as_ref().map(|rows| {
        let keys = rows.iter().map(rows::key);
        keys.collect::<HashSet<_>>()
    });
    for (key, (_, callers)) in batch {
        for (number, caller) in callers.into_iter().enumerate() {
            let accepted = new.as_ref().map(|new| {
                if number == 0 && new.contains(&(key.namespace(), key.id())) {
                    Accepted::New
                } else {
                    Accepted::Known
                }
            });
            // The caller may have been dropped meanwhile.
            let _ = caller.send(accepted.map_err(|error| shared(error)));
        }
    }
}
