//! When a worker takes events, how long it holds them, and how it stops.

use std::{sync::atomic::Ordering, time::Duration};

use testkit::poll::until;
use tokio::time::{Instant, sleep};
use tower_loops::inbox::{Queue, Worker};

use crate::{
    memory_queue::MemoryQueue,
    support::{Handler, Running, store, store_many},
};

async fn is_done(queue: &MemoryQueue) -> bool {
    queue.counts().await.expect("counts") == Default::default()
}

async fn until_done(queue: &MemoryQueue) {
    until("all are handled", async || is_done(queue).await).await;
}

#[tokio::test(start_paused = true)]
async fn an_arrival_wakes_the_worker() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(9));
    let worker = Worker::new(queue.clone(), handler.failing(0));
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
    let worker = Worker::new(queue.clone(), handler.failing(0));
    let _running = Running::start(worker.with_poll_interval(Duration::from_secs(5)));
    sleep(Duration::from_secs(52)).await;
    assert_eq!(queue.takes.load(Ordering::SeqCst), 11);
}

#[tokio::test(start_paused = true)]
async fn no_more_than_the_concurrency_is_taken() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(0));
    store_many(&queue, 10).await;
    let worker = Worker::new(queue.clone(), handler.failing(0)).with_concurrency(3);
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
        let worker = Worker::new(queue.clone(), handler.failing(0));
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
    let running = Running::start(Worker::new(queue.clone(), handler.failing(0)));
    until("it runs", async || handler.calls() == 1).await;
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
    let worker = Worker::new(queue.clone(), handler.failing(0));
    let running = Running::start(worker.with_lease(Duration::from_secs(10)));
    sleep(Duration::from_secs(300)).await;
    queue.set_down(false);
    sleep(Duration::from_secs(1)).await;
    assert!(is_done(&queue).await, "recorded at once");
    assert_eq!(handler.calls(), 1, "the process knows of the success");
    running.shut_down().await.expect("the worker ends");
}

#[tokio::test(start_paused = true)]
async fn shutdown_gives_up_what_cannot_be_recorded_after_a_lease() {
    let (queue, handler) = (MemoryQueue::default(), Handler::new(9));
    queue.set_down(true);
    store(&queue, "evt_1").await;
    let worker = Worker::new(queue.clone(), handler.failing(0));
    let running = Running::start(worker.with_lease(Duration::from_secs(10)));
    until("it runs", async || handler.calls() == 1).await;
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
    let running = Running::start(Worker::new(queue.clone(), handler.failing(0)));
    until("it runs", async || handler.calls() == 1).await;
    assert_eq!(handler.attempts(), [1]);
    running.kill();
}

/// The queue records a failure before the worker's loop sees it.
#[tokio::test(flavor = "multi_thread")]
async fn a_retry_that_is_taken_before_its_attempt_is_over_runs() {
    let queue = MemoryQueue::default();
    store_many(&queue, 200).await;
    let worker = Worker::new(queue.clone(), Handler::new(9_999).failing(9))
        .with_concurrency(64)
        .with_backoff(Duration::ZERO, Duration::ZERO);
    let running = Running::start(worker);
    let is_done = tokio::time::timeout(Duration::from_secs(50), until_done(&queue));
    is_done.await.expect("before the end of a lease");
    running.shut_down().await.expect("the worker ends");
}
