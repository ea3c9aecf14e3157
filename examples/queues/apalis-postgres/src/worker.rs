//! The worker: runs the tasks.

use std::{
    pin::pin,
    process,
    time::{Duration, SystemTime},
};

use apalis::prelude::{
    AbortError, Attempt, BackendExt, Data, Strategy, TaskId, WorkerBuilder, WorkerBuilderExt,
    WorkerError,
};
use apalis_postgres::{Config, PostgresStorage};
use sqlx::PgPool;
use tokio::{select, sync::watch, time::sleep};
use tower::{ServiceExt, util::BoxCloneSyncService};
use tower_loops::{BoxError, StoredEvent, VerifiedEvent, inbox::Permanent};

use crate::inbox::{ApalisInbox, QUEUE};

/// What handles the events: any Tower service, with any layers.
pub type Handler = BoxCloneSyncService<VerifiedEvent, (), BoxError>;

const CONCURRENCY: usize = 8;
const MAX_ATTEMPTS: usize = 12;
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// Twice this after its last sign of life, the tasks of a worker run again.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// apalis repeats a failed task at once, so that a short outage would use up its attempts.
const PAUSE: &str =
    "UPDATE apalis.jobs SET run_at = now() + make_interval(secs => $2) WHERE id = $1";

/// Handles events until `shutdown` resolves and the running ones are done. Any number of workers
/// may share the tables.
pub async fn work(inbox: &ApalisInbox, handler: Handler, shutdown: impl Future<Output = ()>) {
    let (stop, stopped) = watch::channel(());
    let mut shutdown = pin!(shutdown);
    loop {
        let mut running = pin!(run(inbox, handler.clone(), stopped.clone()));
        select! {
            // A worker ends when PostgreSQL is out of reach.
            _ = &mut running => sleep(Duration::from_secs(1)).await,
            () = &mut shutdown => {
                stop.send_replace(());
                _ = running.await;
                return;
            }
        }
    }
}

async fn run(
    inbox: &ApalisInbox,
    handler: Handler,
    mut stopped: watch::Receiver<()>,
) -> Result<(), WorkerError> {
    let config = Config::default()
        .queue(QUEUE)
        .batch_size(CONCURRENCY)
        .heartbeat_interval(HEARTBEAT)
        .missed_heartbeats(2);
    let storage = PostgresStorage::<StoredEvent>::new(&inbox.pool)
        .with_config(config)
        .with_pubsub()
        .poll_with_strategy(Strategy::new().interval(Duration::from_secs(1)));
    // Under a name that was used before, the tasks of the worker that had it would never run again.
    let started = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    let name = format!("loops-{}-{}", process::id(), started.as_nanos());
    WorkerBuilder::new(name)
        .backend(storage)
        .data(State {
            handler,
            pool: inbox.pool.clone(),
        })
        .concurrency(CONCURRENCY)
        .build(handle)
        .run_until(async move {
            // An error means that the sender is gone, so stop as well.
            _ = stopped.changed().await;
            Ok::<(), WorkerError>(())
        })
        .await
}

/// A type without parameters: with `Data<Handler>`, the compiler finds the worker not to be `Send`.
#[derive(Clone)]
struct State {
    handler: Handler,
    pool: PgPool,
}

async fn handle(
    stored: StoredEvent,
    id: TaskId,
    attempt: Attempt,
    state: Data<State>,
) -> Result<(), BoxError> {
    let attempt = attempt.current();
    // The process has died at each attempt, which apalis does not limit.
    if attempt > MAX_ATTEMPTS {
        return Err(AbortError::new("the worker died").into());
    }
    // Only `ApalisInbox` writes to this queue, and it stores verified events.
    let event = stored.trust().map_err(AbortError::new)?;
    // The handler runs in a spawned task, so that its panic fails the event only.
    let handled = tokio::spawn(state.handler.clone().oneshot(event)).await;
    let Err(error) = handled.unwrap_or_else(|panic| Err(panic.into())) else {
        return Ok(());
    };
    if attempt == MAX_ATTEMPTS || is_permanent(&*error) {
        return Err(AbortError::new(format!("{error:?}")).into());
    }
    let pause = LONGEST_PAUSE.min(Duration::from_secs(1 << attempt.min(20)));
    let paused = sqlx::query(PAUSE)
        .bind(id.to_string())
        .bind(pause.as_secs_f64());
    paused.execute(&state.pool).await?;
    Err(error)
}

fn is_permanent(error: &(dyn std::error::Error + 'static)) -> bool {
    let mut next = Some(error);
    while let Some(error) = next {
        if error.is::<Permanent>() {
            return true;
        }
        next = error.source();
    }
    false
}
