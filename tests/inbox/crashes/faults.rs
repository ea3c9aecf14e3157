//! The responses while an inbox is in trouble, and the events that are left afterwards.

use std::time::{Duration, Instant};

use tower::service_fn;
use tower_loops::{
    BoxError,
    inbox::{Accept, Inbox, Job, Queue, Worker},
};

use super::{process::TIMEOUT, receivers::deliver};

/// Delivers events until one is answered 503.
pub(crate) async fn until_unavailable<I: Inbox>(accept: &Accept<I>) {
    let begun = Instant::now();
    for number in 0.. {
        if deliver(accept, &format!("until_unavailable_{number}")).await == 503 {
            return;
        }
        assert!(begun.elapsed() < TIMEOUT, "still available");
    }
}

/// Asserts that deliveries are answered 503. That they are in time is tested with a paused clock.
pub(crate) async fn assert_unavailable<I: Inbox>(accept: &Accept<I>, trouble: &str) {
    for number in 0..3 {
        let status = deliver(accept, &format!("{trouble}_{number}")).await;
        assert_eq!(status, 503, "{trouble}");
    }
}

/// Asserts that deliveries are stored soon, without any help.
pub(crate) async fn assert_recovers<I: Inbox>(accept: &Accept<I>, trouble: &str) {
    let begun = Instant::now();
    for number in 0..3 {
        while deliver(accept, &format!("{trouble}_{number}")).await != 200 {
            assert!(begun.elapsed() < TIMEOUT, "{trouble}");
        }
    }
}

/// Takes all events with their errors, and handles them.
pub(crate) async fn handled_ids<Q: Queue + Clone>(queue: &Q, count: usize) -> Vec<String> {
    let (sender, mut handled) = tokio::sync::mpsc::unbounded_channel();
    let handler = service_fn(move |job: Job| {
        let sent = sender.send(job.id().to_owned());
        async move { sent.map_err(BoxError::from) }
    });
    let worker = tokio::spawn(Worker::new(queue.clone(), handler).run(std::future::pending()));
    let mut ids = Vec::new();
    while ids.len() < count {
        let next = tokio::time::timeout(TIMEOUT, handled.recv()).await;
        ids.push(next.expect("handled").unwrap());
    }
    let begun = Instant::now();
    while queue.counts().await.unwrap().running > 0 {
        assert!(begun.elapsed() < TIMEOUT, "recorded");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    worker.abort();
    ids.sort();
    ids
}
