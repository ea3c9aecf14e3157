//! Many deliveries at the same time: each event is handled once, and each that fails is handled until it succeeds once.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use http::Request;
use tokio::task::{JoinSet, yield_now};
use tower::{Layer, service_fn};
use tower_loops::{
    VerifiedEvent,
    idempotency::{EventStore, IdempotencyLayer, MemoryStore},
};

use crate::support::{Answer, Delivered, Reply, deliver, reply};

const EVENTS: usize = 50;
const DELIVERIES: usize = 64;

/// What the handler did with one event.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Tally {
    attempts: usize,
    successes: usize,
    running: usize,
    most_at_once: usize,
}

#[derive(Clone, Default)]
struct Tallies(Arc<Mutex<HashMap<String, Tally>>>);

impl Tallies {
    fn change<T>(&self, id: &str, change: impl FnOnce(&mut Tally) -> T) -> T {
        let mut tallies = self.0.lock().expect("not poisoned");
        change(tallies.entry(id.to_owned()).or_default())
    }

    fn of(&self, id: &str) -> Tally {
        self.change(id, |tally| *tally)
    }

    /// Handles an event slowly enough for others to come in between. Fails where it is told to.
    async fn handle(&self, id: &str, fails: fn(usize, usize) -> bool) -> Reply {
        let attempt = self.change(id, |tally| {
            tally.attempts += 1;
            tally.running += 1;
            tally.most_at_once = tally.most_at_once.max(tally.running);
            tally.attempts
        });
        for _ in 0..3 {
            yield_now().await;
        }
        let number = id.trim_start_matches("evt_").parse()?;
        let fails = fails(number, attempt);
        self.change(id, |tally| {
            tally.running -= 1;
            tally.successes += usize::from(!fails);
        });
        reply(if fails { 500 } else { 200 })
    }

    fn service<St: EventStore>(
        &self,
        store: St,
        fails: fn(usize, usize) -> bool,
    ) -> impl Delivered {
        let tallies = self.clone();
        let handler = service_fn(move |request: Request<()>| {
            let tallies = tallies.clone();
            async move {
                let event: &VerifiedEvent = request.extensions().get().ok_or("no event")?;
                tallies.handle(event.id(), fails).await
            }
        });
        IdempotencyLayer::new(store).layer(handler)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_of_many_events_is_handled_once() {
    let tallies = Tallies::default();
    let service = tallies.service(MemoryStore::new(), |_, _| false);
    let mut deliveries = JoinSet::new();
    for _ in 0..DELIVERIES {
        for event in 0..EVENTS {
            let service = service.clone();
            deliveries.spawn(async move { deliver(&service, &format!("evt_{event}")).await });
        }
    }
    let answers = deliveries.join_all().await;

    let count = |is_such: fn(&Answer) -> bool| answers.iter().filter(|a| is_such(a)).count();
    let handled = count(|answer| answer.status == 200 && answer.duplicate.is_none());
    assert_eq!(handled, EVENTS);
    let others = count(|answer| answer.is_duplicate() || answer.status == 409);
    assert_eq!(handled + others, EVENTS * DELIVERIES);
    for event in 0..EVENTS {
        let id = format!("evt_{event}");
        let tally = tallies.of(&id);
        assert_eq!((tally.attempts, tally.successes), (1, 1), "{id}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_of_many_events_succeeds_once_though_handlers_fail() {
    // Three runs in ten, no two events in the same order.
    fn fails(event: usize, attempt: usize) -> bool {
        (event * 7 + attempt * 3) % 10 < 3
    }
    let tallies = Tallies::default();
    let service = tallies.service(MemoryStore::new(), fails);
    let mut senders = JoinSet::new();
    for _ in 0..DELIVERIES {
        for event in 0..EVENTS {
            let service = service.clone();
            senders.spawn(async move {
                while deliver(&service, &format!("evt_{event}")).await.status != 200 {
                    yield_now().await;
                }
            });
        }
    }
    senders.join_all().await;

    let mut failures = 0;
    for event in 0..EVENTS {
        let id = format!("evt_{event}");
        let tally = tallies.of(&id);
        assert_eq!(
            (tally.successes, tally.most_at_once),
            (1, 1),
            "{id}: {tally:?}"
        );
        let expected = (1..).find(|attempt| !fails(event, *attempt));
        assert_eq!(Some(tally.attempts), expected, "{id}: {tally:?}");
        failures += tally.attempts - 1;
    }
    assert!(failures >= EVENTS / 5, "{failures} failures");
}
