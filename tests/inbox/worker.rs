//! When a worker takes events, how long it holds them, and how it stops.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{
    sync::Semaphore,
    time::{Instant, sleep},
};
use tower::{Service, service_fn};
use tower_loops::{
    BoxError,
    inbox::{Job, Queue, Worker},
};

use crate::{
    memory_queue::MemoryQueue,
    support::{Running, store, until},
};

/// A handler that succeeds with a permit, and counts its calls.
#[derive(Clone)]
struct Handler {
    calls: Arc<AtomicUsize>,
    permits: Arc<Semaphore>,
}

impl Handler {
    fn new(permits: usize) -> Self {
        Self {
            calls: Arc::default(),
            permits: Arc::new(Semaphore::new(permits)),
        }
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    fn service(
        &self,
    ) -> impl Service<Job, Response = (), Error = BoxError, Future: Send + 'static> + Send + use<>
    {
        let this = self.clone();
        service_fn(move |_: Job| {
            let this = this.clone();
            async move {
                this.calls.fetch_add(1, Ordering::SeqCst);
                this.permits.acquire().await?.forget();
                Ok(())
            }
        })
    }
}

async fn is_done(queue: &MemoryQueue) -> bool {
    let counts = queue.counts().await.expect("counts");
    counts.waiting + counts.running + counts.dead == 0
}

async fn until_done(queue: &MemoryQueue) {
    let begun = Instant::now();
    while !is_done(queue).await {
        assert!(begun.elapsed() < Duration::from_secs(600), "never done");
        sleep(Duration::from_millis(1)).await;
    }
}

#[tokio::test(start_paused = true)]
async fn an_arrival_wakes_the_worker() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(9));
    let worker = Worker::new(queue.clone(), handler.service());
    let running = Running::start(worker.with_poll_interval(Duration::from_secs(3600)));
    for _ in 0..3 {
        sleep(Duration::from_secs(60)).await;
        let start = Instant::now();
        store(&queue, &format!("{start:?}")).await;
        until_done(&queue).await;
        assert!(start.elapsed() < Duration::from_millis(10));
    }
    running.shut_down().await.expect("the worker ends");
}

#[tokio::test(start_paused = true)]
async fn an_idle_worker_asks_once_an_interval() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(0));
    let worker = Worker::new(queue.clone(), handler.service());
    let _running = Running::start(worker.with_poll_interval(Duration::from_secs(5)));
    sleep(Duration::from_secs(52)).await;
    assert_eq!(queue.takes.load(Ordering::SeqCst), 11);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_concurrency_is_taken() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(0));
    for number in 0..10 {
        store(&queue, &number.to_string()).await;
    }
    let worker = Worker::new(queue.clone(), handler.service()).with_concurrency(3);
    let running = Running::start(worker);
    sleep(Duration::from_secs(300)).await;
    let counts = queue.counts().await.expect("counts");
    assert_eq!((handler.calls(), counts.running, counts.waiting), (3, 3, 7));
    handler.permits.add_permits(10);
    until_done(&queue).await;
    running.shut_down().await.expect("the worker ends");
}

#[tokio::test(start_paused = true)]
async fn a_slow_handler_keeps_its_event() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(0));
    store(&queue, "evt_1").await;
    let workers = [(); 2].map(|()| {
        let worker = Worker::new(queue.clone(), handler.service());
        Running::start(worker.with_lease(Duration::from_secs(10)))
    });
    sleep(Duration::from_secs(300)).await;
    handler.permits.add_permits(1);
    until_done(&queue).await;
    assert_eq!(handler.calls(), 1);
    for worker in workers {
        worker.shut_down().await.expect("the worker ends");
    }
}

#[tokio::test(start_paused = true)]
async fn shutdown_waits_for_what_runs_and_takes_nothing_more() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(0));
    store(&queue, "evt_1").await;
    let running = Running::start(Worker::new(queue.clone(), handler.service()));
    until("it runs", || handler.calls() == 1).await;
    let ended = running.shut_down();
    store(&queue, "evt_2").await;
    sleep(Duration::from_secs(300)).await;
    assert!(!ended.is_finished());
    handler.permits.add_permits(2);
    ended.await.expect("the worker ends");
    let counts = queue.counts().await.expect("counts");
    assert_eq!((handler.calls(), counts.waiting, counts.running), (1, 1, 0));
}

#[tokio::test(start_paused = true)]
async fn a_success_is_recorded_after_an_outage_longer_than_its_lease() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(9));
    queue.set_down(true);
    store(&queue, "evt_1").await;
    let worker = Worker::new(queue.clone(), handler.service());
    let running = Running::start(worker.with_lease(Duration::from_secs(10)));
    sleep(Duration::from_secs(300)).await;
    queue.set_down(false);
    sleep(Duration::from_secs(1)).await;
    assert!(is_done(&queue).await, "recorded at once");
    assert_eq!(
        handler.calls(),
        1,
        "the process that knows of the success does not repeat it"
    );
    running.shut_down().await.expect("the worker ends");
}

#[tokio::test(start_paused = true)]
async fn shutdown_gives_up_what_cannot_be_recorded_after_a_lease() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(9));
    queue.set_down(true);
    store(&queue, "evt_1").await;
    let worker = Worker::new(queue.clone(), handler.service());
    let running = Running::start(worker.with_lease(Duration::from_secs(10)));
    until("it runs", || handler.calls() == 1).await;
    let start = Instant::now();
    running.shut_down().await.expect("the worker ends");
    let waited = start.elapsed();
    assert!((9..12).contains(&waited.as_secs()), "{waited:?}");
}

#[tokio::test(start_paused = true)]
async fn takes_whose_answers_are_lost_cost_no_attempt() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(0));
    queue.lost_takes.store(30, Ordering::SeqCst);
    store(&queue, "evt_1").await;
    let seen = Arc::new(AtomicUsize::new(0));
    let service = {
        let (seen, handler) = (Arc::clone(&seen), handler.clone());
        service_fn(move |job: Job| {
            seen.store(job.attempt() as usize, Ordering::SeqCst);
            handler.service().call(job)
        })
    };
    let running = Running::start(Worker::new(queue.clone(), service));
    until("it runs", || handler.calls() == 1).await;
    assert_eq!(seen.load(Ordering::SeqCst), 1);
    running.kill();
}

/// The queue records a failure before the worker's loop sees it.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_is_taken_before_its_attempt_is_over_runs() {
    let queue = MemoryQueue::default();
    for number in 0..200 {
        store(&queue, &number.to_string()).await;
    }
    let service = service_fn(|job: Job| async move {
        if job.attempt() < 10 {
            return Err(BoxError::from("not yet"));
        }
        Ok(())
    });
    let worker = Worker::new(queue.clone(), service)
        .with_concurrency(64)
        .with_backoff(Duration::ZERO, Duration::ZERO);
    let running = Running::start(worker);
    let is_done = tokio::time::timeout(Duration::from_secs(50), until_done(&queue));
    is_done.await.expect("before the end of a lease");
    running.shut_down().await.expect("the worker ends");
}
