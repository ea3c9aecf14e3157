//! Workers, whose handlers sometimes fail.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use tokio::{sync::watch, task::JoinSet};

use super::events::accept_many;
use crate::inbox::Queue;
use crate::{
    box_error::BoxError,
    inbox::{Job, Permanent, Worker},
    store::{
        EventKey,
        suite::{Handler, answered, eventually, fresh_namespace},
    },
};

const WORKERS: usize = 16;
const EVENTS: usize = 200;

/// How often each event was handled.
#[derive(Clone, Default)]
struct Successes(Arc<Mutex<HashMap<EventKey, usize>>>);

impl Successes {
    fn add(&self, job: &Job) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(job.key().clone()).or_default() += 1;
    }

    fn counts(&self) -> HashMap<EventKey, usize> {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.clone()
    }
}

/// Three of ten fail at first. What is poison fails for good, until it is mended.
async fn handle(
    job: Job,
    successes: Successes,
    is_mended: watch::Receiver<bool>,
) -> Result<(), BoxError> {
    let number: u32 = job.id().trim_start_matches("evt_").parse()?;
    match number {
        0 if !*is_mended.borrow() => Err("poison".into()),
        1 if !*is_mended.borrow() => Err(Permanent::new("permanent poison").into()),
        _ if job.attempt() == 1 && number % 10 < 3 => Err("the first attempt fails".into()),
        _ => {
            successes.add(&job);
            Ok(())
        }
    }
}

pub(super) async fn each_event_succeeds_once_and_dead_ones_delay_nobody<Q: Queue>(queue: &Arc<Q>) {
    let successes = Successes::default();
    let (handled, (mend, is_mended)) = (successes.clone(), watch::channel(false));
    let workers = Workers::start(queue, move |job| {
        handle(job, handled.clone(), is_mended.clone())
    });
    accept_many(&**queue, &fresh_namespace(), EVENTS).await;
    eventually("all other events are handled", || async {
        successes.counts().len() == EVENTS - 2
    })
    .await;
    eventually("poison is dead", || async {
        answered(queue.counts().await).dead == 2
    })
    .await;
    for event in answered(queue.dead(10).await) {
        let expected = match event.key.id() {
            "evt_0" => (3, "poison"),
            _ => (1, "permanent failure: permanent poison"),
        };
        assert_eq!((event.attempts, &*event.error), expected, "{}", event.key);
    }
    mend.send_replace(true);
    assert_eq!(answered(queue.redrive_all().await), 2);
    eventually("poison is handled after its redrive", || async {
        successes.counts().len() == EVENTS
    })
    .await;
    workers.stop().await;
    let counts = successes.counts();
    let is_once = counts.values().all(|&count| count == 1);
    assert!(is_once, "each succeeds once: {counts:?}");
}

struct Workers {
    tasks: JoinSet<()>,
    shutdown: watch::Sender<bool>,
}

impl Workers {
    fn start<Q, F>(queue: &Arc<Q>, handle: impl Fn(Job) -> F + Clone + Send + 'static) -> Self
    where
        Q: Queue,
        F: Future<Output = Result<(), BoxError>> + Send + 'static,
    {
        let (mut tasks, (shutdown, _)) = (JoinSet::new(), watch::channel(false));
        for _ in 0..WORKERS {
            let worker = Worker::new(Arc::clone(queue), Handler(handle.clone()))
                .with_concurrency(4)
                .with_max_attempts(3)
                .with_backoff(Duration::from_millis(1), Duration::from_millis(5))
                .with_poll_interval(Duration::from_millis(50));
            let mut is_over = shutdown.subscribe();
            tasks.spawn(worker.run(async move {
                let _ = is_over.wait_for(|is_over| *is_over).await;
            }));
        }
        Self { tasks, shutdown }
    }

    async fn stop(mut self) {
        self.shutdown.send_replace(true);
        while let Some(worker) = self.tasks.join_next().await {
            worker.expect("no worker panics");
        }
    }
}
