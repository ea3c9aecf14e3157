//! A poison event among a thousand others does not delay them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use testkit::poll::until;
use tokio::time::{Instant, sleep};
use tower::service_fn;
use tower_loops::{
    BoxError,
    inbox::{Job, Worker},
};

use crate::{
    memory_queue::MemoryQueue,
    support::{Running, store_many},
};

/// How long the thousand other events take.
async fn run(poison: Option<&'static str>) -> Duration {
    let (queue, handled) = (MemoryQueue::default(), Arc::new(AtomicUsize::new(0)));
    store_many(&queue, 1_000 + usize::from(poison.is_some())).await;
    let count = Arc::clone(&handled);
    let handler = service_fn(move |job: Job| {
        let count = Arc::clone(&count);
        async move {
            sleep(Duration::from_millis(10)).await;
            if poison == Some(job.id()) {
                return Err(BoxError::from("poison"));
            }
            count.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    });
    let worker = Worker::new(queue, handler)
        .with_max_attempts(5)
        .with_backoff(Duration::from_millis(20), Duration::from_millis(20));
    let (running, begun) = (Running::start(worker), Instant::now());
    let is_done = async || handled.load(Ordering::SeqCst) == 1_000;
    until("the others are handled", is_done).await;
    running.kill();
    begun.elapsed()
}

#[tokio::test(start_paused = true)]
async fn a_poison_event_delays_no_other_one() {
    let (without, with) = (run(None).await, run(Some("500")).await);
    let ratio = with.div_duration_f64(without);
    // Its five attempts occupy one of sixteen slots for 10 ms each.
    assert!((0.98..1.05).contains(&ratio), "{with:?} beside {without:?}");
}
