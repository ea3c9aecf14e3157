//! Counts running deliveries, and waits for them at shutdown.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::{sync::Notify, time::timeout};

/// The running deliveries of a layer. Closed, it admits no more.
#[derive(Default)]
pub(super) struct RunningDeliveries {
    state: Arc<State>,
}

#[derive(Default)]
struct State {
    /// The lowest bit says that it is closed, the others count: one number, so that none enters
    /// while it closes.
    count: AtomicUsize,
    idle: Notify,
}

const CLOSED: usize = 1;
const ONE: usize = 2;

/// One running delivery, until it is dropped.
pub(super) struct Running {
    state: Arc<State>,
}

impl RunningDeliveries {
    /// `None` after the shutdown has begun.
    pub(super) fn enter(&self) -> Option<Running> {
        let count = &self.state.count;
        count
            .fetch_update(Ordering::AcqRel, Ordering::Acquire, |count| {
                (count & CLOSED == 0).then_some(count + ONE)
            })
            .ok()?;
        Some(Running {
            state: Arc::clone(&self.state),
        })
    }

    /// Closes, waits, and returns how many still run at the deadline.
    pub(super) async fn drain(&self, deadline: Duration) -> usize {
        self.state.count.fetch_or(CLOSED, Ordering::AcqRel);
        // Whether in time or not: what is left is counted.
        let _ = timeout(deadline, self.idle()).await;
        self.running()
    }

    async fn idle(&self) {
        loop {
            // Made before the look at the count: it then hears of every end after that look.
            let idle = self.state.idle.notified();
            if self.running() == 0 {
                return;
            }
            idle.await;
        }
    }

    fn running(&self) -> usize {
        self.state.count.load(Ordering::Acquire) / ONE
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if self.state.count.fetch_sub(ONE, Ordering::AcqRel) == ONE | CLOSED {
            self.state.idle.notify_waiters();
        }
    }
}
