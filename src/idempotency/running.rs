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
    /// The lowest bit is set once the layer is closed; the other bits count deliveries. One number
    /// for both, so that no delivery enters while the layer closes.
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
        // In time or not, the deliveries that are left are counted.
        let _ = timeout(deadline, self.idle()).await;
        self.running()
    }

    async fn idle(&self) {
        loop {
            // Created before the count is read, so that no end after that is missed.
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
