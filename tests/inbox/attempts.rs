//! What an attempt sees, and what its failure leads to.

use std::{
    future::ready,
    sync::{Arc, Mutex},
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use testkit::poll::until;
use tokio::time::Instant;
use tower::{Service, ServiceBuilder, service_fn, util::ServiceFn};
use tower_loops::{
    BoxError, StoredEvent,
    inbox::{Accepted, EventKey, Inbox, Job, Queue, Worker},
};

use crate::{
    memory_queue::MemoryQueue,
    support::{Running, store, store_many},
};

/// The id of an event, the number of the attempt, the last error, and when it was.
type Attempt = (String, u32, Option<String>, Instant);

/// All attempts, in order.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Attempt>>>);

impl Seen {
    /// A handler with this result, whose jobs are noted.
    fn handler<F, R>(&self, result: R) -> ServiceFn<impl FnMut(Job) -> F + Clone + use<F, R>>
    where
        R: Fn() -> F + Clone,
    {
        let seen = self.clone();
        service_fn(move |job: Job| {
            let error = job.last_error().map(str::to_owned);
            let attempt = (job.id().to_owned(), job.attempt(), error, Instant::now());
            seen.0.lock().expect("not poisoned").push(attempt);
            result()
        })
    }

    fn all(&self) -> Vec<Attempt> {
        self.0.lock().expect("not poisoned").clone()
    }
}

/// Runs a worker until this many events are dead, and returns their attempts and errors.
pub(crate) async fn deaths<S>(
    queue: &MemoryQueue,
    count: u64,
    worker: Worker<MemoryQueue, S>,
) -> Vec<(u32, String)>
where
    S: Service<Job, Response = ()> + Send + 'static,
    S::Error: Into<BoxError> + 'static,
    S::Future: Send + 'static,
{
    let running = Running::start(worker);
    let counts = async || queue.counts().await.expect("counts");
    until("they are dead", async || counts().await.dead == count).await;
    running.shut_down().await.expect("the worker ends");
    let dead = queue.dead(10).await.expect("the dead");
    dead.into_iter()
        .map(|event| (event.attempts, event.error))
        .collect()
}

#[derive(Debug)]
struct Outer(std::io::Error);

impl std::fmt::Display for Outer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("no\0 invoice")
    }
}

impl std::error::Error for Outer {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.0)
    }
}

#[tokio::test(start_paused = true)]
async fn failures_are_repeated_after_pauses_that_double() {
    let queue = MemoryQueue::default();
    store(&queue, "evt_1").await;
    let seen = Seen::default();
    let handler = seen.handler(|| ready(Err::<(), _>(Outer(std::io::Error::other("printer")))));
    let worker = Worker::new(queue.clone(), handler)
        .with_max_attempts(6)
        .with_backoff(Duration::from_secs(10), Duration::from_secs(60));
    let text = "no\u{fffd} invoice: printer";
    assert_eq!(deaths(&queue, 1, worker).await, [(6, text.to_owned())]);
    let seen = seen.all();
    for (pair, pause) in seen.windows(2).zip([10, 20, 40, 60, 60]) {
        let [before, after] = pair else {
            unreachable!()
        };
        assert_eq!((after.1, after.2.as_deref()), (before.1 + 1, Some(text)));
        let pause = Duration::from_secs(pause);
        let (paused, late) = (after.3 - before.3, Duration::from_secs(2));
        let is_right = paused >= pause / 2 && paused <= pause + late;
        assert!(is_right, "{paused:?} of {pause:?}");
    }
}

/// Panics in a different way at each event.
#[derive(Clone)]
struct Panics;

impl Service<Job> for Panics {
    type Response = ();
    type Error = BoxError;
    type Future = std::pin::Pin<Box<dyn Future<Output = Result<(), BoxError>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, job: Job) -> Self::Future {
        assert_ne!(job.id(), "evt_call", "in the call");
        Box::pin(async move {
            assert_ne!(job.id(), "evt_future", "in the future");
            Ok(())
        })
    }
}

#[tokio::test(start_paused = true)]
async fn panics_are_failures() {
    let queue = MemoryQueue::default();
    for id in ["evt_call", "evt_future", "evt_good"] {
        store(&queue, id).await;
    }
    let worker = Worker::new(queue.clone(), Panics).with_max_attempts(1);
    let panicked = (1, "the handler panicked".to_owned());
    let seen = deaths(&queue, 2, worker).await;
    assert_eq!(seen, [panicked.clone(), panicked]);
    assert_eq!(queue.counts().await.expect("counts").waiting, 0, "evt_good");
}

#[tokio::test(start_paused = true)]
async fn corrupted_events_are_dead_and_others_handled() {
    let queue = MemoryQueue::default();
    let garbage = StoredEvent::new("{garbage".into(), SystemTime::now(), 0, SystemTime::now());
    let key = EventKey::new("default", "evt_0");
    let accepted = queue.accept(&key, &garbage).await;
    assert_eq!(accepted.expect("stored"), Accepted::New);
    store(&queue, "evt_1").await;
    let seen = Seen::default();
    let handler = seen.handler(|| ready(Ok::<_, BoxError>(())));
    let deaths = deaths(&queue, 1, Worker::new(queue.clone(), handler)).await;
    let text = "the stored event cannot be read: the payload is not one JSON object: at byte 1";
    assert_eq!(deaths, [(1, text.to_owned())]);
    assert_eq!(seen.all().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn an_event_that_kills_its_process_is_dead_after_all_attempts() {
    let queue = MemoryQueue::default();
    store(&queue, "evt_1").await;
    let seen = Seen::default();
    let handler = seen.handler(std::future::pending::<Result<(), BoxError>>);
    let worker = || {
        Worker::new(queue.clone(), handler.clone())
            .with_max_attempts(2)
            .with_lease(Duration::from_secs(10))
    };
    for attempts in 1..=2 {
        let start = Instant::now();
        let running = Running::start(worker());
        until("it runs", async || seen.all().len() == attempts).await;
        running.kill();
        assert!(start.elapsed() <= Duration::from_secs(12), "within a lease");
    }
    let deaths = deaths(&queue, 1, worker()).await;
    let text = "the worker ended while it handled the event, at each attempt";
    assert_eq!((deaths, seen.all().len()), (vec![(3, text.to_owned())], 2));
}

#[tokio::test(start_paused = true)]
async fn services_are_polled_for_readiness_and_need_not_be_cloned() {
    let queue = MemoryQueue::default();
    store_many(&queue, 6).await;
    let seen = Seen::default();
    let handler = ServiceBuilder::new()
        .rate_limit(1, Duration::from_secs(100))
        .service(seen.handler(|| ready(Ok::<_, BoxError>(()))));
    let lease = Duration::from_secs(10);
    let running = Running::start(Worker::new(queue.clone(), handler).with_lease(lease));
    until("all are handled", async || seen.all().len() == 6).await;
    running.shut_down().await.expect("the worker ends");
    let seen = seen.all();
    // An event that waits for the service keeps its lease.
    assert!(seen.iter().all(|attempt| attempt.1 == 1));
    assert!(seen[5].3 - seen[0].3 >= Duration::from_secs(500));
}
