//! Events a second stored by `Accept`, against the engine's floor, by turns in one run; and how
//! long a take of ten events takes beside many.

use std::time::{Duration, Instant};

use tower_loops::inbox::{Accept, Outcome, Queue, Token};

use crate::{
    deliveries::{deliver, events},
    engine::Engine,
    ratios::{ROUNDS, rate, show},
};

const TAKES: usize = 200;
const LEASE: Duration = Duration::from_secs(60);

/// An engine that has an inbox.
pub(crate) trait InboxEngine: Engine {
    type Inbox: Queue + Clone;

    /// The least that `insert` costs.
    const INBOX_FLOOR: &str = Self::FLOOR;

    /// How long inserts by hand take, on the connection settings of the inbox.
    async fn insert(&self, tasks: usize, each: usize) -> Duration {
        self.floor(tasks, each).await
    }

    /// An inbox without events.
    async fn empty_inbox(&self) -> Self::Inbox;

    /// Adds these numbers of handled and waiting events, by the engine's own means.
    async fn fill_inbox(&self, handled: u64, waiting: u64);
}

pub(crate) async fn accept<E: InboxEngine>(engine: &E) {
    println!(
        "{}: events a second stored in the inbox, against {}",
        E::NAME,
        E::INBOX_FLOOR
    );
    println!("medians of {ROUNDS} rounds, and the lowest and highest");
    let tasks = 16;
    let (mut floors, mut new, mut known) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let before = engine.insert(tasks, E::FLOOR_EVENTS).await;
        let accept = Accept::new(engine.empty_inbox().await);
        let events = events(tasks * E::EVENTS);
        let new_time = deliver(&accept, &events, tasks, false).await;
        let known_time = deliver(&accept, &events, tasks, true).await;
        let after = engine.insert(tasks, E::FLOOR_EVENTS).await;

        let floor = rate(2 * tasks * E::FLOOR_EVENTS, before + after);
        new.push(rate(events.len(), new_time) / floor);
        known.push(rate(events.len(), known_time) / floor);
        floors.push(floor);
    }
    println!("{tasks} tasks");
    show("  floor, a second", floors);
    show("  new", new);
    show("  known", known);
}

pub(crate) async fn take<E: InboxEngine>(engine: &E) {
    let (handled, waiting) = (1_000_000, 100_000);
    let inbox = engine.empty_inbox().await;
    engine.fill_inbox(handled, waiting).await;
    let (mut takes, mut finishes) = (Vec::new(), Vec::new());
    for _ in 0..TAKES {
        let (token, start) = (Token::random(), Instant::now());
        let taken = inbox.take(token, 10, LEASE).await.expect("taken");
        takes.push(start.elapsed());
        assert_eq!(taken.len(), 10);
        for taken in taken {
            let start = Instant::now();
            let finish = inbox.finish(&taken.key, token, &Outcome::Done);
            finish.await.expect("finished");
            finishes.push(start.elapsed());
        }
    }
    println!(
        "{}: beside {handled} handled and {waiting} waiting events",
        E::NAME
    );
    for (name, mut times) in [("take of ten", takes), ("finish", finishes)] {
        times.sort();
        let (median, high) = (times[times.len() / 2], times[times.len() * 99 / 100]);
        println!("{name}: p50 {median:.2?}, p99 {high:.2?}");
    }
    let start = Instant::now();
    inbox.counts().await.expect("counted");
    println!("counts: {:.2?}", start.elapsed());
}
