//! Errors of handlers: which ones end an event at once, and which text is kept.

use std::{future::ready, time::Duration};

use tower::{ServiceBuilder, service_fn};
use tower_loops::{
    BoxError,
    inbox::{Job, Permanent, Worker},
};

use crate::{attempts::deaths, memory_queue::MemoryQueue, support::store};

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
async fn permanent_errors_end_an_event_at_once_however_they_are_wrapped() {
    let errors: [fn(Permanent) -> BoxError; 3] = [
        |error| error.into(),
        |error| std::io::Error::other(error).into(),
        |error| Hiding(error).into(),
    ];
    for wrap in errors {
        let queue = MemoryQueue::default();
        store(&queue, "evt_1").await;
        let handler = ServiceBuilder::new()
            .buffer(4)
            .timeout(Duration::from_secs(5))
            .service_fn(move |_: Job| ready(Err::<(), _>(wrap(Permanent::new("no order")))));
        let worker = Worker::new(queue.clone(), handler).with_max_attempts(2);
        let deaths = deaths(&queue, 1, worker).await;
        let [(1, error)] = &deaths[..] else {
            panic!("not at once: {deaths:?}");
        };
        assert!(error.ends_with("permanent failure: no order"), "{error}");
    }
}

#[tokio::test(start_paused = true)]
async fn long_errors_are_cut() {
    let queue = MemoryQueue::default();
    store(&queue, "evt_1").await;
    let handler = service_fn(|_: Job| ready(Err::<(), _>(Permanent::new("é".repeat(5_000)))));
    let deaths = deaths(&queue, 1, Worker::new(queue.clone(), handler)).await;
    assert!((1_000..=1_024).contains(&deaths[0].1.len()));
}
