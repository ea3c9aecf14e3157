//! Services that are not ready, and events that come back while their handler runs.

use std::{
    future::{Ready, ready},
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use testkit::poll::until;
use tokio::time::sleep;
use tower::Service;
use tower_loops::{
    BoxError,
    inbox::{Job, Queue, Worker},
};

use crate::{
    attempts::deaths,
    memory_queue::MemoryQueue,
    support::{Handler, Running, store, store_many},
};

/// An error whose conversion panics on demand.
struct Broken {
    panics: bool,
}

impl From<Broken> for BoxError {
    fn from(error: Broken) -> Self {
        assert!(!error.panics, "in the conversion");
        "no database".into()
    }
}

/// Fails to be ready while it is broken, and notes the attempts that it gets.
#[derive(Clone, Default)]
struct Fragile {
    is_broken: Arc<AtomicBool>,
    panics: bool,
    polls: Arc<AtomicUsize>,
    attempts: Arc<Mutex<Vec<u32>>>,
}

impl Service<Job> for Fragile {
    type Response = ();
    type Error = Broken;
    type Future = Ready<Result<(), Broken>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Broken>> {
        self.polls.fetch_add(1, Ordering::SeqCst);
        let panics = self.panics;
        Poll::Ready(match self.is_broken.load(Ordering::SeqCst) {
            true => Err(Broken { panics }),
            false => Ok(()),
        })
    }

    fn call(&mut self, job: Job) -> Self::Future {
        let mut attempts = self.attempts.lock().expect("not poisoned");
        attempts.push(job.attempt());
        ready(Ok(()))
    }
}

#[tokio::test(start_paused = true)]
async fn a_service_that_fails_to_be_ready_costs_no_attempt() {
    let queue = MemoryQueue::default();
    store_many(&queue, 20).await;
    let service = Fragile::default();
    service.is_broken.store(true, Ordering::SeqCst);
    let running = Running::start(Worker::new(queue.clone(), service.clone()));
    sleep(Duration::from_secs(300)).await;
    let counts = queue.counts().await.expect("counts");
    let seen = (counts.waiting, counts.running);
    assert_eq!(seen, (20, 0), "others may take them");
    let takes = queue.takes.load(Ordering::SeqCst);
    assert_eq!(takes, 1, "nothing is taken for it");
    let polls = service.polls.load(Ordering::SeqCst);
    assert!((30..60).contains(&polls), "{polls}");

    service.is_broken.store(false, Ordering::SeqCst);
    let attempts = || service.attempts.lock().expect("not poisoned").clone();
    until("all are handled", async || attempts().len() == 20).await;
    assert_eq!(attempts(), [1; 20]);
    running.shut_down().await.expect("the worker ends");
}

#[tokio::test(start_paused = true)]
async fn a_panic_while_a_service_gets_ready_is_a_failure() {
    let queue = MemoryQueue::default();
    store(&queue, "evt_1").await;
    let (panics, service) = (true, Fragile::default());
    service.is_broken.store(true, Ordering::SeqCst);
    let worker = Worker::new(queue.clone(), Fragile { panics, ..service });
    let expected = (2, "the handler panicked".to_owned());
    let seen = deaths(&queue, 1, worker.with_max_attempts(2)).await;
    assert_eq!(seen, [expected]);
}

#[tokio::test(start_paused = true)]
async fn shutdown_releases_what_waits_for_the_service() {
    let queue = MemoryQueue::default();
    store_many(&queue, 3).await;
    let service = tower::ServiceBuilder::new()
        .rate_limit(1, Duration::from_secs(3600))
        .service_fn(|_: Job| ready(Ok::<_, BoxError>(())));
    let running = Running::start(Worker::new(queue.clone(), service));
    sleep(Duration::from_secs(60)).await;
    running.shut_down().await.expect("the worker ends");
    let counts = queue.counts().await.expect("counts");
    assert_eq!((counts.waiting, counts.running), (2, 0));
}

/// The queue does not hear of the handler for longer than a lease, and hands its event out again.
#[tokio::test(start_paused = true)]
async fn an_event_that_comes_back_goes_on_in_its_handler() {
    let queue = MemoryQueue::default();
    store(&queue, "evt_1").await;
    let handler = Handler::new(0);
    let worker = Worker::new(queue.clone(), handler.failing(1));
    let running = Running::start(worker.with_lease(Duration::from_secs(10)));
    until("it runs", async || handler.calls() == 1).await;
    queue.set_down(true);
    sleep(Duration::from_secs(15)).await;
    queue.set_down(false);
    sleep(Duration::from_secs(600)).await;
    assert_eq!(handler.attempts(), [1], "it goes on");
    assert_eq!(queue.counts().await.expect("counts").running, 1);

    handler.permits.add_permits(2);
    until("it runs again", async || handler.calls() == 2).await;
    // Attempt 2 was counted when the event was taken again; no handler ran for it.
    assert_eq!(handler.attempts(), [1, 3]);
    running.shut_down().await.expect("the worker ends");
    assert_eq!(queue.counts().await.expect("counts"), Default::default());
}
