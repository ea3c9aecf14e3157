//! Events and handlers of these tests, and workers that stop.

use std::sync::{Arc, Mutex};

use testkit::delivery::event;
use tokio::{
    sync::{Semaphore, oneshot},
    task::JoinHandle,
};
use tower::{Service, service_fn};
use tower_loops::{
    BoxError, StoredEvent,
    inbox::{EventKey, Inbox, Job, Queue, Worker},
};

pub(crate) async fn store(inbox: &impl Inbox, id: &str) -> EventKey {
    let event = event(id);
    let key = EventKey::of("default", &event);
    let stored = StoredEvent::from(&event);
    inbox.accept(&key, &stored).await.expect("it is stored");
    key
}

/// Stores this many events, `0` and so on.
pub(crate) async fn store_many(inbox: &impl Inbox, count: usize) {
    for number in 0..count {
        store(inbox, &number.to_string()).await;
    }
}

/// A handler that notes its attempts, and ends with a permit.
#[derive(Clone)]
pub(crate) struct Handler {
    attempts: Arc<Mutex<Vec<u32>>>,
    pub(crate) permits: Arc<Semaphore>,
}

impl Handler {
    pub(crate) fn new(permits: usize) -> Self {
        Self {
            attempts: Arc::default(),
            permits: Arc::new(Semaphore::new(permits)),
        }
    }

    /// The number of each attempt so far.
    pub(crate) fn attempts(&self) -> Vec<u32> {
        self.attempts.lock().expect("not poisoned").clone()
    }

    pub(crate) fn calls(&self) -> usize {
        self.attempts().len()
    }

    /// It fails at this many attempts of an event.
    pub(crate) fn failing(
        &self,
        failures: u32,
    ) -> impl Service<Job, Response = (), Error = BoxError, Future: Send + 'static> + Send + use<>
    {
        let this = self.clone();
        service_fn(move |job: Job| {
            let (this, attempt) = (this.clone(), job.attempt());
            this.attempts.lock().expect("not poisoned").push(attempt);
            async move {
                this.permits.acquire().await?.forget();
                match attempt <= failures {
                    true => Err("not yet".into()),
                    false => Ok(()),
                }
            }
        })
    }
}

/// A worker in a task, and what stops it.
pub(crate) struct Running {
    task: JoinHandle<()>,
    shutdown: oneshot::Sender<()>,
}

impl Running {
    pub(crate) fn start<Q, S>(worker: Worker<Q, S>) -> Self
    where
        Q: Queue,
        S: Service<Job, Response = ()> + Send + 'static,
        S::Error: Into<BoxError> + 'static,
        S::Future: Send + 'static,
    {
        let (shutdown, is_over) = oneshot::channel();
        let task = tokio::spawn(worker.run(async move {
            let _ = is_over.await;
        }));
        Self { task, shutdown }
    }

    /// The task, after a shutdown has begun.
    pub(crate) fn shut_down(self) -> JoinHandle<()> {
        self.shutdown.send(()).expect("the worker runs");
        self.task
    }

    /// As if the process died.
    pub(crate) fn kill(self) {
        self.task.abort();
    }
}
