//! An event in the queue in memory.

use std::time::SystemTime;

use tokio::time::Instant;
use tower_loops::{
    StoredEvent,
    inbox::{EventKey, Token},
};

pub(crate) struct Row {
    pub(crate) key: EventKey,
    pub(crate) event: StoredEvent,
    pub(crate) state: State,
    pub(crate) token: Option<Token>,
    pub(crate) attempts: u32,
    pub(crate) accepted_at: (Instant, SystemTime),
    pub(crate) last_error: Option<String>,
}

pub(crate) enum State {
    /// Due then: `None` is never.
    Pending(Option<Instant>),
    Handled,
    Dead(SystemTime),
}

impl Row {
    pub(crate) fn due(&self) -> Option<Instant> {
        match self.state {
            State::Pending(due) => due,
            State::Handled | State::Dead(_) => None,
        }
    }

    pub(crate) fn is_held_by(&self, token: Token) -> bool {
        matches!(self.state, State::Pending(_)) && self.token == Some(token)
    }

    pub(crate) fn wait(&mut self, due: Option<Instant>) {
        self.state = State::Pending(due);
        self.token = None;
    }
}
