//! Each cell of the table: what an operation returns, and what it leaves.

use std::time::{Duration, SystemTime};

use tokio::time::{Instant, sleep};

use super::events::{accept_one, done, stored, take};
use crate::inbox::{Accepted, EventKey, Queue, Token};
use crate::{
    inbox::{Counts, Outcome, Taken},
    store::suite::{LONG, TIMEOUT, answered, fresh_namespace},
};

fn retry(after: Duration) -> Outcome {
    Outcome::Retry {
        after,
        error: "out of \u{1f600}".to_owned(),
    }
}

fn dead() -> Outcome {
    Outcome::Dead {
        error: "no such 'order'".to_owned(),
    }
}

pub(super) async fn what_is_taken_is_what_was_stored(queue: &impl Queue) {
    let namespace = fresh_namespace();
    let mut expected = Vec::new();
    for number in 0..5 {
        let id = format!("evt_{number} \u{1f600} \" é");
        let (key, event) = (
            EventKey::new(&namespace, &id),
            stored(&id, "charge.succeeded"),
        );
        answered(queue.accept(&key, &event).await);
        expected.push((key, event));
    }
    let (token, first) = take(queue, 2, LONG).await;
    assert_eq!(first.len(), 2, "take of two of five");
    let (other, rest) = take(queue, 100, LONG).await;
    assert_eq!(rest.len(), 3, "take of what is left");
    assert!(take(queue, 100, LONG).await.1.is_empty(), "all are taken");
    for (number, (taken, (key, event))) in first.iter().chain(&rest).zip(&expected).enumerate() {
        assert_eq!(taken.key, *key, "the oldest come first");
        assert_eq!(taken.event, *event, "the event is unchanged");
        assert_eq!((taken.attempt, &taken.last_error), (1, &None));
        let now = SystemTime::now();
        let age = now.duration_since(taken.accepted_at).unwrap_or_default();
        assert!(age < Duration::from_secs(60), "accepted {age:?} ago");
        let token = if number < 2 { token } else { other };
        assert!(done(queue, key, token).await);
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Waiting,
    Mine,
    Others,
    Handled,
    Dead,
}

/// An event in a state, and the two who may hold it.
struct Cell<'a, Q> {
    queue: &'a Q,
    key: EventKey,
    mine: Token,
    others: Token,
}

impl<'a, Q: Queue> Cell<'a, Q> {
    async fn in_state(queue: &'a Q, state: State) -> Self {
        let key = accept_one(queue).await;
        let [mine, others] = [Token::random(), Token::random()];
        let holder = if state == State::Mine { mine } else { others };
        let cell = Self {
            queue,
            key,
            mine,
            others,
        };
        if state == State::Waiting {
            return cell;
        }
        let taken = answered(queue.take(holder, 1, LONG).await);
        assert_eq!(taken.len(), 1, "take of the one that waits");
        let outcome = match state {
            State::Handled => Outcome::Done,
            State::Dead => dead(),
            _ => return cell,
        };
        assert!(cell.finish(holder, &outcome).await);
        cell
    }

    async fn finish(&self, token: Token, outcome: &Outcome) -> bool {
        answered(self.queue.finish(&self.key, token, outcome).await)
    }

    /// Which state it is in. The event is handled afterwards.
    async fn state(&self) -> State {
        let state = self.look().await;
        self.finish(self.mine, &Outcome::Done).await;
        state
    }

    /// Takes what waits. An engine whose clock is coarse ends a pause of no time a moment later.
    async fn take_due(&self) -> Vec<Taken> {
        let begun = Instant::now();
        loop {
            let (_, taken) = take(self.queue, 10, LONG).await;
            let waits = taken.is_empty() && answered(self.queue.counts().await).waiting > 0;
            if !waits || begun.elapsed() > TIMEOUT {
                return taken;
            }
            sleep(Duration::from_millis(1)).await;
        }
    }

    async fn look(&self) -> State {
        let event = stored("evt_1", "charge.succeeded");
        let seen = answered(self.queue.accept(&self.key, &event).await);
        assert_eq!(seen, Accepted::Known, "it is known in any state");
        if answered(self.queue.extend(&self.key, self.mine, LONG).await) {
            return State::Mine;
        }
        if answered(self.queue.extend(&self.key, self.others, LONG).await) {
            return State::Others;
        }
        match &*self.take_due().await {
            [] if answered(self.queue.redrive(&self.key).await) => State::Dead,
            [] => State::Handled,
            [taken] if taken.key == self.key => State::Waiting,
            taken => panic!("an event of another check is taken: {taken:?}"),
        }
    }
}

pub(super) async fn each_cell<Q: Queue>(queue: &Q) {
    use State::{Dead, Handled, Mine, Others, Waiting};

    const STATES: [State; 5] = [Waiting, Mine, Others, Handled, Dead];
    for before in STATES {
        let cell = Cell::in_state(queue, before).await;
        let extended = answered(queue.extend(&cell.key, cell.mine, LONG).await);
        assert_eq!(extended, before == Mine, "extend, {before:?}");
        assert_eq!(cell.state().await, before, "after extend, {before:?}");

        let cell = Cell::in_state(queue, before).await;
        let was_held = cell.finish(cell.mine, &Outcome::Done).await;
        assert_eq!(was_held, before == Mine, "finish Done, {before:?}");
        if before == Mine {
            assert!(
                cell.finish(cell.mine, &Outcome::Done).await,
                "finish Done, repeated"
            );
        }
        assert_eq!(cell.state().await, Handled, "after finish Done, {before:?}");

        let outcomes = [
            (retry(Duration::ZERO), Waiting),
            (Outcome::Released, Waiting),
            (dead(), Dead),
        ];
        for (outcome, after) in outcomes {
            let cell = Cell::in_state(queue, before).await;
            let was_held = cell.finish(cell.mine, &outcome).await;
            assert_eq!(was_held, before == Mine, "finish {outcome:?}, {before:?}");
            let after = if before == Mine { after } else { before };
            let seen = cell.state().await;
            assert_eq!(seen, after, "after finish {outcome:?}, {before:?}");
        }

        let cell = Cell::in_state(queue, before).await;
        let redriven = answered(queue.redrive(&cell.key).await);
        assert_eq!(redriven, before == Dead, "redrive, {before:?}");
        let after = if before == Dead { Waiting } else { before };
        assert_eq!(cell.state().await, after, "after redrive, {before:?}");
    }
}

pub(super) async fn repeated_takes_count_once(queue: &impl Queue) {
    let key = accept_one(queue).await;
    let token = Token::random();
    for repetition in 0..3 {
        let taken = answered(queue.take(token, 1, LONG).await);
        let [taken] = &*taken else {
            panic!("take with one token, repetition {repetition}: {taken:?}");
        };
        let seen = (&taken.key, taken.attempt);
        assert_eq!(seen, (&key, 1), "repetition {repetition}");
    }
    assert!(done(queue, &key, token).await);
    assert!(
        answered(queue.take(token, 1, LONG).await).is_empty(),
        "it is handled"
    );
}

pub(super) async fn dead_events_are_listed_and_redriven(queue: &impl Queue) {
    let before = answered(queue.counts().await);
    assert_eq!(before, Counts::default(), "all events are handled");
    let keys = [accept_one(queue).await, accept_one(queue).await];
    let waiting = answered(queue.counts().await);
    assert_eq!((waiting.waiting, waiting.running, waiting.dead), (2, 0, 0));
    let age = waiting.oldest_waiting.expect("two wait");
    assert!(
        age < Duration::from_secs(60),
        "the oldest waits for {age:?}"
    );

    let (token, _) = take(queue, 2, LONG).await;
    let running = answered(queue.counts().await);
    assert_eq!((running.waiting, running.running, running.dead), (0, 2, 0));
    assert_eq!(running.oldest_waiting, None);
    for key in &keys {
        assert!(answered(queue.finish(key, token, &dead()).await));
    }
    assert_eq!(answered(queue.counts().await).dead, 2);

    assert_eq!(answered(queue.dead(1).await).len(), 1, "at most one");
    let listed = answered(queue.dead(10).await);
    assert_eq!(listed.len(), 2);
    for event in &listed {
        assert!(keys.contains(&event.key));
        assert_eq!((event.attempts, &*event.error), (1, "no such 'order'"));
        let seen = event.event.payload();
        assert_eq!(seen, stored("evt_1", "charge.succeeded").payload());
        assert!(event.died_at >= event.accepted_at);
    }
    assert!(answered(queue.redrive(&keys[0]).await));
    assert_eq!(answered(queue.redrive_all().await), 1);
    let (token, taken) = take(queue, 10, LONG).await;
    assert_eq!(taken.len(), 2, "both wait again");
    for taken in taken {
        let text = taken.last_error.as_deref();
        assert_eq!((taken.attempt, text), (1, Some("no such 'order'")));
        assert!(done(queue, &taken.key, token).await);
    }
}
