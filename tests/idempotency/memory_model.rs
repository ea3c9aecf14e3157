//! The embedded store compared with a model: the same operations give the same results.

use std::time::Duration;

use proptest::prelude::*;
use tokio::{
    runtime::Builder,
    time::{Instant, advance},
};
use tower_loops::idempotency::{Claim, Completion, EventStore, MemoryStore, Retention, Token};

use crate::{memory::key, support::millis};

/// In milliseconds, shorter and longer than the buckets in which the store keeps expiries.
const TIMES: [u64; 6] = [0, 1, 100, 135, 1_000, 60_000];

#[derive(Clone, Debug)]
enum Op {
    Claim(u8, usize, u64),
    Extend(u8, usize, u64),
    Complete(u8, usize, Option<u64>),
    Release(u8, usize),
    Wait(u64),
}

fn op() -> impl Strategy<Value = Op> {
    let (key, token) = (0..6_u8, 0..3_usize);
    let time = || proptest::sample::select(&TIMES[..]);
    prop_oneof![
        (key.clone(), token.clone(), time()).prop_map(|(key, token, t)| Op::Claim(key, token, t)),
        (key.clone(), token.clone(), time()).prop_map(|(key, token, t)| Op::Extend(key, token, t)),
        (key.clone(), token.clone(), proptest::option::of(time()))
            .prop_map(|(key, token, t)| Op::Complete(key, token, t)),
        (key, token).prop_map(|(key, token)| Op::Release(key, token)),
        time().prop_map(Op::Wait),
    ]
}

/// An entry of the model, which keeps them in the order of insertion.
struct Entry {
    key: u8,
    holder: Option<usize>,
    end: Option<Instant>,
}

struct Model {
    capacity: usize,
    entries: Vec<Entry>,
}

impl Model {
    fn forget_expired(&mut self) {
        let now = Instant::now();
        self.entries
            .retain(|entry| entry.end.is_none_or(|end| end > now));
    }

    fn is_held_by(&self, key: u8, token: usize) -> bool {
        let mut entries = self.entries.iter();
        entries.any(|entry| entry.key == key && entry.holder == Some(token))
    }

    /// Whether it fits.
    fn put(&mut self, key: u8, holder: Option<usize>, time: Option<u64>) -> bool {
        let is_new = self.entries.iter().all(|entry| entry.key != key);
        while is_new && self.entries.len() >= self.capacity {
            let is_done = |entry: &Entry| entry.holder.is_none();
            let Some(oldest) = self.entries.iter().position(is_done) else {
                return false;
            };
            self.entries.remove(oldest);
        }
        self.entries.retain(|entry| entry.key != key);
        let end = time.map(|time| Instant::now() + millis(time));
        self.entries.push(Entry { key, holder, end });
        true
    }

    /// The result that the store must give, as text.
    fn apply(&mut self, op: &Op) -> String {
        self.forget_expired();
        let answer = |is_ok: bool, answer: String| if is_ok { answer } else { "full".into() };
        match *op {
            Op::Claim(key, token, time) => {
                let entry = self.entries.iter().find(|entry| entry.key == key);
                match entry.map(|entry| (entry.holder, entry.end)) {
                    Some((None, _)) => format!("{:?}", Claim::Done),
                    Some((Some(holder), end)) if holder != token => {
                        let retry_after = end.map_or(Duration::MAX, |end| end - Instant::now());
                        format!("{:?}", Claim::InFlight { retry_after })
                    }
                    _ => answer(
                        self.put(key, Some(token), Some(time)),
                        format!("{:?}", Claim::Claimed),
                    ),
                }
            }
            Op::Extend(key, token, time) => {
                let is_holder = self.is_held_by(key, token);
                if is_holder {
                    self.put(key, Some(token), Some(time));
                }
                is_holder.to_string()
            }
            Op::Complete(key, token, time) => {
                let completion = match self.is_held_by(key, token) {
                    true => Completion::Held,
                    false => Completion::LeaseLost,
                };
                answer(self.put(key, None, time), format!("{completion:?}"))
            }
            Op::Release(key, token) => {
                let is_holder = self.is_held_by(key, token);
                if is_holder {
                    self.entries.retain(|entry| entry.key != key);
                }
                is_holder.to_string()
            }
            Op::Wait(_) => String::new(),
        }
    }
}

async fn apply(store: &MemoryStore, tokens: &[Token], op: &Op) -> String {
    let answer = match *op {
        Op::Claim(id, token, time) => {
            let claim = store.claim(&key(id), tokens[token], millis(time)).await;
            claim.map(|claim| format!("{claim:?}"))
        }
        Op::Extend(id, token, time) => {
            let extended = store.extend(&key(id), tokens[token], millis(time)).await;
            extended.map(|extended| extended.to_string())
        }
        Op::Complete(id, token, time) => {
            let retention = time.map_or(Retention::Forever, |time| millis(time).into());
            let completion = store.complete(&key(id), tokens[token], retention).await;
            completion.map(|completion| format!("{completion:?}"))
        }
        Op::Release(id, token) => {
            let released = store.release(&key(id), tokens[token]).await;
            released.map(|released| released.to_string())
        }
        Op::Wait(time) => {
            advance(millis(time)).await;
            return String::new();
        }
    };
    answer.unwrap_or_else(|_| "full".into())
}

proptest! {
    #[test]
    fn the_store_gives_the_results_of_the_model(
        capacity in 1..7_usize,
        ops in proptest::collection::vec(op(), 1..80),
    ) {
        let runtime = Builder::new_current_thread().enable_time().start_paused(true).build()?;
        runtime.block_on(async {
            let store = MemoryStore::new().with_capacity(capacity);
            let tokens = [(); 3].map(|()| Token::random());
            let mut model = Model { capacity, entries: Vec::new() };
            for (number, op) in ops.iter().enumerate() {
                let expected = model.apply(op);
                let answer = apply(&store, &tokens, op).await;
                prop_assert_eq!(answer, expected, "operation {} of {:?}", number, &ops);
                model.forget_expired();
                prop_assert_eq!(store.len(), model.entries.len(), "after {} of {:?}", number, &ops);
            }
            Ok(())
        })?;
    }
}
