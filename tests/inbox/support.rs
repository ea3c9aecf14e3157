//! Events of these tests, and workers that stop.

use std::time::Duration;

use testkit::delivery::verified;
use tokio::{sync::oneshot, task::JoinHandle};
use tower::Service;
use tower_loops::{
    BoxError, StoredEvent, VerifiedEvent,
    inbox::{EventKey, Inbox, Job, Queue, Worker},
};

pub(crate) fn event(id: &str) -> VerifiedEvent {
    verified(serde_json::json!({ "id": id, "type": "charge.succeeded" }).to_string())
}

pub(crate) async fn store(inbox: &impl Inbox, id: &str) -> EventKey {
    let event = event(id);
    let key = EventKey::of("default", &event);
    let stored = StoredEvent::from(&event);
    inbox.accept(&key, &stored).await.expect("it is stored");
    key
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

/// Waits in paused time, a millisecond at a time.
pub(crate) async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = tokio::time::Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(3600), "never: {what}");
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
}
