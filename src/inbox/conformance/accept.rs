//! What is stored, and how often.

use std::sync::Arc;

use super::events::stored;
use crate::inbox::{Accepted, EventKey, Inbox};
use crate::{
    event::StoredEvent,
    store::suite::{answered, at_once, fresh_namespace, verified},
};

const SENDERS: usize = 64;
const KEYS: usize = 20;

/// Each is new once, and known afterwards.
pub(super) async fn keeps_events_apart(inbox: &impl Inbox) {
    let long = "x".repeat(10_000);
    let long_with_another_end = format!("{long}y");
    #[rustfmt::skip]
    let ids = [
        "evt_1", "EVT_1", "evt_1 ", "", " ", "é", "e\u{301}", "\u{1f600}", "'; DROP TABLE x; --",
        "\"", "\\", "%", "_", "\n", "\0", "null", "0", "sha256:0", "a:b", &long,
        &long_with_another_end,
    ];
    let namespaces = [fresh_namespace(), fresh_namespace()];
    for expected in [Accepted::New, Accepted::Known] {
        for namespace in &namespaces {
            for event_type in ["charge.succeeded", "charge.refunded"] {
                for id in ids {
                    let event = stored(id, event_type);
                    let verified = event.clone().trust().expect("it is an event");
                    let key = EventKey::of(namespace, &verified);
                    let accepted = answered(inbox.accept(&key, &event).await);
                    assert_eq!(accepted, expected, "{event_type}, {id:?}");
                }
            }
        }
    }
}

pub(super) async fn takes_large_payloads(inbox: &impl Inbox) {
    let text = "x".repeat(1024 * 1024);
    let payload = format!(r#"{{"id":"evt_1","type":"charge.succeeded","text":"{text}"}}"#);
    let event = StoredEvent::from(&verified(payload));
    let key = EventKey::new(&fresh_namespace(), "evt_1");
    assert_eq!(answered(inbox.accept(&key, &event).await), Accepted::New);
}

pub(super) async fn is_new_to_one_of_many<I: Inbox>(inbox: &Arc<I>) {
    let namespace: Arc<str> = fresh_namespace().into();
    let senders = at_once(SENDERS, || {
        let (inbox, namespace) = (Arc::clone(inbox), Arc::clone(&namespace));
        async move {
            let mut new = [0; KEYS];
            for (number, new) in new.iter_mut().enumerate() {
                let id = format!("evt_{number}");
                let key = EventKey::new(&namespace, &id);
                let accepted = inbox.accept(&key, &stored(&id, "charge.succeeded")).await;
                *new += usize::from(answered(accepted) == Accepted::New);
            }
            new
        }
    });
    let senders = senders.await;
    let sums: [usize; KEYS] = std::array::from_fn(|key| senders.iter().map(|new| new[key]).sum());
    assert_eq!(sums, [1; KEYS], "how often each of {KEYS} events was new");
}
