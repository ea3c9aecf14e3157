//! Notifies the workers of this and other processes of new events.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::sleep};
use tokio_postgres::types::Type;
use tower_loops_sql::postgres::inbox::CHANNEL;

use crate::{call::Call, connection::Connections};

/// The shortest time between two notifications of other processes.
const PAUSE: Duration = Duration::from_millis(20);

/// The states of the task that notifies other processes.
const IDLE: u8 = 0;
const RUNNING: u8 = 1;
const RUNNING_AND_WANTED: u8 = 2;

#[derive(Clone)]
pub(crate) struct Notifier(Arc<Shared>);

struct Shared {
    connections: Connections,
    arrived: Arc<Notify>,
    task: AtomicU8,
}

impl Notifier {
    pub(crate) fn new(connections: Connections) -> Self {
        Self(Arc::new(Shared {
            connections,
            arrived: Arc::default(),
            task: AtomicU8::new(IDLE),
        }))
    }

    /// What wakes the workers of this process.
    pub(crate) fn arrivals(&self) -> std::sync::Weak<Notify> {
        Arc::downgrade(&self.0.arrived)
    }

    pub(crate) async fn notified(&self) {
        self.0.arrived.notified().await;
    }

    /// Notifies workers that an event was stored.
    ///
    /// Other processes are notified by a separate statement: commits with a `NOTIFY` in them run
    /// one after the other.
    pub(crate) fn notify(&self) {
        self.0.arrived.notify_one();
        let next = |state| {
            Some(if state == IDLE {
                RUNNING
            } else {
                RUNNING_AND_WANTED
            })
        };
        let before = self
            .0
            .task
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
        if before == Ok(IDLE) {
            let this = self.clone();
            tokio::spawn(async move { this.notify_others().await });
        }
    }

    async fn notify_others(&self) {
        loop {
            self.0.task.store(RUNNING, Ordering::Release);
            let call =
                Call::new(|_| "SELECT pg_notify($1, '')").with(CHANNEL.to_owned(), Type::TEXT);
            // If the notification fails, other processes find the event by polling.
            let _ = self.0.connections.execute(call, |_| Ok(Some(()))).await;
            sleep(PAUSE).await;
            let ended =
                self.0
                    .task
                    .compare_exchange(RUNNING, IDLE, Ordering::AcqRel, Ordering::Acquire);
            if ended.is_ok() {
                return;
            }
        }
    }
}
