//! The responses while an inbox is in trouble, and the events that are left afterwards.

use testkit::poll::until;
use tower::service_fn;
use tower_loops::{
    BoxError,
    inbox::{Accept, Inbox, Job, Queue, Worker},
};

use super::{process::TIMEOUT, receivers::deliver};

/// Delivers events until one is answered 503.
pub(crate) async fn until_unavailable<I: Inbox>(accept: &Accept<I>) {
    let mut ids = (0..).map(|number| format!("until_unavailable_{number}"));
    let is_unavailable = async || deliver(accept, &ids.next().unwrap()).await == 503;
    until("it is unavailable", is_unavailable).await;
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
    for number in 0..3 {
        let id = format!("{trouble}_{number}");
        until(trouble, async || deliver(accept, &id).await == 200).await;
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
    let running = async || queue.counts().await.unwrap().running;
    until("all are recorded", async || running().await == 0).await;
    worker.abort();
    ids.sort();
    ids
}
