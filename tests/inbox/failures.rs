//! Errors of handlers: which ones end an event at once, and which text is kept.

use std::{future::ready, time::Duration};

use tower::{ServiceBuilder, service_fn};
use tower_loops::{
    BoxError,
    inbox::{Job, Permanent, Worker},
};

use crate::{attempts::deaths, memory_queue::MemoryQueue, support::store};

#[tokio::test(start_paused = true)]
async fn permanent_errors_end_an_event_at_once_however_they_are_wrapped() {
    let queue = MemoryQueue::default();
    store(&queue, "evt_1").await;
    let handler = ServiceBuilder::new()
        .map_err(|error: BoxError| std::io::Error::other(error))
        .buffer(4)
        .timeout(Duration::from_secs(5))
        .service_fn(|_: Job| ready(Err::<(), BoxError>(Permanent::new("no order").into())));
    let worker = Worker::new(queue.clone(), handler);
    let expected = (1, "permanent failure: no order".to_owned());
    let [(attempts, error)] = &deaths(&queue, 1, worker).await[..] else {
        panic!("one event is dead");
    };
    assert!(error.ends_with(&expected.1), "{error}");
    assert_eq!(*attempts, expected.0);
}

/// A box that hides the outermost error, as anyhow's does.
#[derive(Debug)]
struct Hiding(Permanent);

impl std::fmt::Display for Hiding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Hiding {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}

#[tokio::test(start_paused = true)]
async fn a_hidden_permanent_error_ends_an_event_at_once() {
    let queue = MemoryQueue::default();
    store(&queue, "evt_1").await;
    let handler = service_fn(|_: Job| ready(Err::<(), _>(Hiding(Permanent::new("no order")))));
    let deaths = deaths(&queue, 1, Worker::new(queue.clone(), handler)).await;
    assert_eq!(deaths, [(1, "permanent failure: no order".to_owned())]);
}

#[tokio::test(start_paused = true)]
async fn long_errors_are_cut() {
    let queue = MemoryQueue::default();
    store(&queue, "evt_1").await;
    let handler = service_fn(|_: Job| ready(Err::<(), _>(Permanent::new("é".repeat(5_000)))));
    let deaths = deaths(&queue, 1, Worker::new(queue.clone(), handler)).await;
    assert!((1_000..=1_024).contains(&deaths[0].1.len()));
}
