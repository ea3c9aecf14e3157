//! The worker: runs the jobs.

use std::{pin::pin, time::Duration};

use graphile_worker::{Worker, WorkerBuildError, WorkerOptions, WorkerRecoveryConfig};
use tokio::{select, time::sleep};

use crate::{
    inbox::{GraphileInbox, SCHEMA},
    job::{Handler, LoopsEvent},
};

/// After this, the jobs of a worker that has died run again.
const TIMEOUT: Duration = Duration::from_secs(60);

/// Handles events until `shutdown` resolves and the running ones are done, for at most the grace
/// period of the queue. Any number of workers may share the tables.
pub async fn work(inbox: &GraphileInbox, handler: Handler, shutdown: impl Future<Output = ()>) {
    let mut shutdown = pin!(shutdown);
    loop {
        let worker = select! {
            () = &mut shutdown => return,
            worker = start(inbox, handler.clone()) => worker,
        };
        if let Ok(worker) = worker {
            let mut running = pin!(worker.run());
            select! {
                // A worker ends when PostgreSQL is out of reach.
                _ = &mut running => {}
                () = &mut shutdown => {
                    worker.request_shutdown();
                    _ = running.await;
                    return;
                }
            }
        }
        sleep(Duration::from_secs(1)).await;
    }
}

async fn start(inbox: &GraphileInbox, handler: Handler) -> Result<Worker, WorkerBuildError> {
    // Without recovery, which is the default, the jobs of a worker that was killed never run again.
    let recovery = WorkerRecoveryConfig::default()
        .heartbeat_interval(TIMEOUT / 4)
        .sweep_interval(TIMEOUT / 4)
        .sweep_threshold(TIMEOUT)
        .recovery_delay(Duration::ZERO);
    WorkerOptions::default()
        .database(inbox.database.clone())
        .schema(SCHEMA)
        .concurrency(8)
        .worker_recovery(recovery)
        .listen_os_shutdown_signals(false)
        .add_extension(handler)
        .define_job::<LoopsEvent>()
        .init()
        .await
}
