//! How many handlers run, and waiting for them at the end.

use std::time::Duration;

use tokio::{sync::watch, time::timeout};

/// Counts what is running. Closed, it lets nothing new begin.
pub(super) struct InFlight {
    state: watch::Sender<State>,
}

#[derive(Default)]
struct State {
    running: usize,
    closed: bool,
}

/// One thing that is running, until it is dropped.
pub(super) struct Running {
    state: watch::Sender<State>,
}

impl InFlight {
    /// `None` when no more may begin.
    pub(super) fn enter(&self) -> Option<Running> {
        let entered = self.state.send_if_modified(|state| {
            state.running += usize::from(!state.closed);
            !state.closed
        });
        entered.then(|| Running {
            state: self.state.clone(),
        })
    }

    /// Closes, waits, and returns how many still run at the deadline.
    pub(super) async fn drain(&self, deadline: Duration) -> usize {
        let mut watched = self.state.subscribe();
        self.state.send_modify(|state| state.closed = true);
        // Neither outcome matters by itself: what is left is counted either way.
        let _ = timeout(deadline, watched.wait_for(|state| state.running == 0)).await;
        self.state.borrow().running
    }
}

impl Default for InFlight {
    fn default() -> Self {
        Self {
            state: watch::Sender::new(State::default()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.state.send_modify(|state| state.running -= 1);
    }
}
