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
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

async fn fail_some_first_attempts(job: Job, successes: Successes) -> Result<(), BoxError> {
    let number: u32 = job.id().trim_start_matches("evt_").parse()?;
    if job.attempt() == 1 && number % 10 < 3 {
        return Err("the first attempt fails".into());
    }
    successes.add(&job);
    Ok(())
}

/// What is poison fails for good, until it is mended.
async fn fail_poison(
    job: Job,
    successes: Successes,
    is_mended: watch::Receiver<bool>,
) -> Result<(), BoxError> {
    if job.id() == "evt_0" && !*is_mended.borrow() {
        return Err("poison".into());
    }
    if job.id() == "evt_1" && !*is_mended.borrow() {
        return Err(Permanent::new("permanent poison").into());
    }
    successes.add(&job);
    Ok(())
}

pub(super) async fn each_event_succeeds_once<Q: Queue>(queue: &Arc<Q>) {
    let successes = Successes::default();
    let handled = successes.clone();
    let workers = Workers::start(queue, move |job| {
        fail_some_first_attempts(job, handled.clone())
    });
    accept_many(&**queue, &fresh_namespace(), EVENTS).await;
    eventually("all events are handled", || async {
        successes.counts().len() == EVENTS
    })
    .await;
    workers.stop().await;
    let counts = successes.counts();
    assert!(
        counts.values().all(|&count| count == 1),
        "each succeeds once: {counts:?}"
    );
}

pub(super) async fn dead_events_delay_nobody<Q: Queue>(queue: &Arc<Q>) {
    let successes = Successes::default();
    let (handled, (mend, is_mended)) = (successes.clone(), watch::channel(false));
    let workers = Workers::start(queue, move |job| {
        fail_poison(job, handled.clone(), is_mended.clone())
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
