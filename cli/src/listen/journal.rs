//! Explains and shows deliveries, one after the other, and keeps the newest for the page.

use std::{
    collections::{HashSet, VecDeque},
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use tokio::sync::broadcast;

use super::{Received, Shown, shown::Outcome};

/// How many deliveries the page shows.
const MAX_DELIVERIES: usize = 500;
/// How many bytes of bodies are kept for it.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Of how many events it is known that they came before.
const MAX_EVENTS: usize = 100_000;

/// What was received since the start.
#[derive(Debug)]
pub(crate) struct Journal {
    state: Mutex<State>,
    live: broadcast::Sender<String>,
}

#[derive(Debug, Default)]
struct State {
    deliveries: VecDeque<(Shown, Received)>,
    bytes: usize,
    events: HashSet<(Option<String>, Option<String>)>,
    summary: Summary,
}

#[derive(Clone, Copy, Debug, Default, Serialize)]
pub(super) struct Summary {
    received: u64,
    verified: u64,
    rejected: u64,
    duplicates: u64,
}

impl Journal {
    pub(super) fn new() -> Self {
        Self {
            state: Mutex::default(),
            live: broadcast::channel(256).0,
        }
    }

    /// Numbers the delivery, says whether it is a duplicate, and keeps it.
    pub(super) fn add(&self, mut shown: Shown, received: Received) -> Shown {
        let mut state = self.state();
        let State {
            events, summary, ..
        } = &mut *state;
        summary.received += 1;
        shown.number = summary.received;
        if shown.outcome == Outcome::Verified {
            if events.len() == MAX_EVENTS {
                events.clear();
            }
            shown.duplicate = !events.insert((shown.event_type.clone(), shown.id.clone()));
            summary.verified += 1;
            summary.duplicates += u64::from(shown.duplicate);
        } else {
            summary.rejected += 1;
        }
        state.bytes += received.body.len();
        state.deliveries.push_back((shown.clone(), received));
        while state.deliveries.len() > MAX_DELIVERIES || state.bytes > MAX_BYTES {
            let Some((_, oldest)) = state.deliveries.pop_front() else {
                break;
            };
            state.bytes -= oldest.body.len();
        }
        // Nobody may be looking.
        let _ = self.live.send(json(&shown));
        shown
    }

    /// The deliveries so far as JSON, and those to come.
    pub(crate) fn watch(&self) -> (Vec<String>, broadcast::Receiver<String>) {
        let state = self.state();
        let live = self.live.subscribe();
        let so_far = (state.deliveries.iter()).map(|(shown, _)| json(shown));
        (so_far.collect(), live)
    }

    pub(crate) fn find(&self, number: u64) -> Option<(Shown, Received)> {
        let state = self.state();
        let mut deliveries = state.deliveries.iter();
        deliveries
            .find(|(shown, _)| shown.number == number)
            .cloned()
    }

    pub(super) fn summary(&self) -> Summary {
        self.state().summary
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Summary {
    pub(super) fn text(&self) -> String {
        let Self {
            received,
            verified,
            rejected,
            duplicates,
        } = self;
        format!(
            "{received} received: {verified} verified ({duplicates} repeated), {rejected} rejected"
        )
    }

    pub(super) fn rejected(&self) -> u64 {
        self.rejected
    }
}

fn json(shown: &Shown) -> String {
    // A struct of texts and numbers always serializes.
    serde_json::to_string(shown).unwrap_or_default()
}
