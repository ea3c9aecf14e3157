//! A poison event among a thousand others does not delay them.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::{Instant, sleep};
use tower::service_fn;
use tower_loops::{
    BoxError,
    inbox::{Job, Queue, Worker},
};

use crate::{
    memory_queue::MemoryQueue,
    support::{Running, store, until},
};

const EVENTS: usize = 1_000;
const ATTEMPTS: u32 = 5;

/// How long the other events take. Poison events are dead in the end, and handled
/// after its redrive.
async fn run(poison: &[usize]) -> Duration {
    let queue = MemoryQueue::default();
    let (handled, is_mended) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    for number in 0..EVENTS {
        let is_poison = poison.contains(&number);
        let kind = if is_poison { "poison" } else { "good" };
        store(&queue, &format!("{kind}_{number}")).await;
    }
    let shared = (Arc::clone(&handled), Arc::clone(&is_mended));
    let handler = service_fn(move |job: Job| {
        let (handled, is_mended) = shared.clone();
        async move {
            sleep(Duration::from_millis(10)).await;
            if job.id().starts_with("poison") && !is_mended.load(Ordering::SeqCst) {
                return Err(BoxError::from("poison"));
            }
            handled.fetch_add(1, Ordering::SeqCst);
            Ok(())
        }
    });
    let worker = Worker::new(queue.clone(), handler)
        .with_max_attempts(ATTEMPTS)
        .with_backoff(Duration::from_millis(20), Duration::from_millis(20));
    let (running, begun) = (Running::start(worker), Instant::now());
    let good = EVENTS - poison.len();
    let handled = || handled.load(Ordering::SeqCst);
    until("the others are handled", || handled() == good).await;
    let taken = begun.elapsed();

    while queue.counts().await.expect("counts").dead < poison.len() as u64 {
        sleep(Duration::from_millis(1)).await;
    }
    for dead in queue.dead(EVENTS).await.expect("listed") {
        assert_eq!((dead.attempts, &*dead.error), (ATTEMPTS, "poison"));
    }
    is_mended.store(true, Ordering::SeqCst);
    let seen = queue.redrive_all().await.expect("redriven");
    assert_eq!(seen, poison.len() as u64);
    until("what was poison is handled", || handled() == EVENTS).await;
    running.shut_down().await.expect("the worker ends");
    taken
}

#[tokio::test(start_paused = true)]
async fn a_poison_event_delays_no_other_one() {
    let (without, with) = (run(&[]).await, run(&[500]).await);
    let ratio = with.div_duration_f64(without);
    // Its five attempts occupy one of sixteen slots for 10 ms each.
    assert!((0.98..1.05).contains(&ratio), "{with:?} beside {without:?}");
}
