//! Events and takes of the checks.

use std::time::Duration;

use crate::inbox::{Accepted, EventKey, Outcome, Queue, Taken, Token};
use crate::{
    event::StoredEvent,
    store::suite::{LONG, answered, fresh_namespace, verified},
};

/// Handles whatever is due.
pub(super) async fn drain(queue: &impl Queue) {
    loop {
        let (token, taken) = take(queue, 100, LONG).await;
        if taken.is_empty() {
            return;
        }
        for taken in taken {
            done(queue, &taken.key, token).await;
        }
    }
}

/// A take with a fresh token.
pub(super) async fn take(queue: &impl Queue, limit: usize, lease: Duration) -> (Token, Vec<Taken>) {
    let token = Token::random();
    (token, answered(queue.take(token, limit, lease).await))
}

pub(super) fn stored(id: &str, event_type: &str) -> StoredEvent {
    let payload = serde_json::json!({ "id": id, "type": event_type }).to_string();
    StoredEvent::from(&verified(payload))
}

/// Stores an event of a namespace of its own.
pub(super) async fn accept_one(queue: &impl Queue) -> EventKey {
    let key = EventKey::new(&fresh_namespace(), "evt_1");
    let event = stored("evt_1", "charge.succeeded");
    let accepted = answered(queue.accept(&key, &event).await);
    assert_eq!(accepted, Accepted::New, "accept of an event nobody knows");
    key
}

/// Stores so many events of this namespace, `evt_0` and so on.
pub(super) async fn accept_many(queue: &impl Queue, namespace: &str, count: usize) {
    for number in 0..count {
        let id = format!("evt_{number}");
        let key = EventKey::new(namespace, &id);
        answered(queue.accept(&key, &stored(&id, "charge.succeeded")).await);
    }
}

/// Finishes the event as handled. Returns whether it was held.
pub(super) async fn done(queue: &impl Queue, key: &EventKey, token: Token) -> bool {
    answered(queue.finish(key, token, &Outcome::Done).await)
}
