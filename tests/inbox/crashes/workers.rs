//! Workers that are killed or that are many, and how often the events succeed.

use std::{
    collections::HashMap,
    time::{Duration, Instant},
};

use tokio::task::JoinSet;
use tower::service_fn;
use tower_loops::{
    BoxError,
    inbox::{Job, Queue, Worker},
};

use super::{
    events::store,
    process::{Process, TIMEOUT, say},
};

const LEASE: Duration = Duration::from_secs(4);

/// A worker that begins with events and never ends, and says which.
pub(crate) async fn hold(queue: impl Queue) {
    let handler = service_fn(|job: Job| async move {
        say(job.id());
        std::future::pending::<Result<(), BoxError>>().await
    });
    let worker = Worker::new(queue, handler).with_lease(LEASE);
    worker.run(std::future::pending()).await;
}

/// Asserts that the events of a worker that was killed run again after its lease, and that others
/// run meanwhile.
pub(crate) async fn assert_taken_over<Q: Queue + Clone>(test: &str, database: &str, queue: Q) {
    for number in 0..8 {
        store(&queue, &format!("held_{number}")).await;
    }
    let mut process = Process::start(test, database);
    for _ in 0..8 {
        process.hear().await.unwrap();
    }
    // While the process renews its leases: a busy machine cannot end them before.
    store(&queue, "free").await;
    let (sender, mut handled) = tokio::sync::mpsc::unbounded_channel();
    let handler = service_fn(move |job: Job| {
        let sent = sender.send((job.id().to_owned(), job.attempt()));
        async move { sent.map_err(BoxError::from) }
    });
    let worker = Worker::new(queue, handler).with_poll_interval(Duration::from_millis(50));
    let worker = tokio::spawn(worker.run(std::future::pending()));
    let mut next = async || {
        let next = tokio::time::timeout(TIMEOUT, handled.recv()).await;
        next.expect("handled").unwrap()
    };
    assert_eq!(next().await, ("free".to_owned(), 1), "nobody holds it");
    process.kill().await;
    let killed = Instant::now();
    let mut ids = Vec::new();
    for _ in 0..8 {
        let (id, attempt) = next().await;
        assert_eq!(attempt, 2, "{id}");
        ids.push(id);
    }
    let limit = LEASE * 10;
    assert!(killed.elapsed() < limit, "after {:?}", killed.elapsed());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
    worker.abort();
}

/// 16 workers, whose handlers fail at 30 % of the first attempts. Says what succeeded.
pub(crate) async fn work<Q: Queue + Clone>(queue: Q) {
    let mut workers = JoinSet::new();
    for _ in 0..16 {
        let handler = service_fn(|job: Job| async move {
            let number: u32 = job.id().parse()?;
            if job.attempt() == 1 && number % 10 < 3 {
                return Err(BoxError::from("the first attempt fails"));
            }
            say(job.id());
            Ok(())
        });
        let worker = Worker::new(queue.clone(), handler)
            .with_concurrency(2)
            .with_backoff(Duration::from_millis(10), Duration::from_millis(50))
            .with_poll_interval(Duration::from_millis(200));
        workers.spawn(worker.run(std::future::pending()));
    }
    workers.join_all().await;
}

/// Asserts that each event succeeds once in the workers of four processes.
pub(crate) async fn assert_each_succeeds_once(
    test: &str,
    database: &str,
    queue: &impl Queue,
    events: usize,
) {
    let mut processes: Vec<_> = (0..4).map(|_| Process::start(test, database)).collect();
    for number in 0..events {
        store(queue, &number.to_string()).await;
    }
    let begun = Instant::now();
    while queue.counts().await.unwrap() != Default::default() {
        assert!(begun.elapsed() < TIMEOUT, "{:?}", queue.counts().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut successes = HashMap::<String, usize>::new();
    for process in processes.drain(..) {
        for id in process.kill().await {
            *successes.entry(id).or_default() += 1;
        }
    }
    assert_eq!(successes.len(), events);
    assert!(
        successes.values().all(|&count| count == 1),
        "each succeeds once"
    );
}
