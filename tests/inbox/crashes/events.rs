//! Events, and how they get into an inbox.

use std::time::SystemTime;

use tower_loops::{
    Secret, Signer, StoredEvent, VerifiedEvent, Verifier,
    inbox::{EventKey, Inbox},
};

pub(crate) fn event(id: &str) -> VerifiedEvent {
    let payload = serde_json::json!({ "id": id, "type": "charge.succeeded" }).to_string();
    let (secret, now) = (Secret::new("whsec_processes").unwrap(), SystemTime::now());
    let header = Signer::new(&secret).sign(payload.as_bytes(), now);
    let verifier = Verifier::new(secret);
    verifier
        .verify(header.as_bytes(), payload.into(), now)
        .unwrap()
}

pub(crate) async fn store(inbox: &impl Inbox, id: &str) -> EventKey {
    let event = event(id);
    let key = EventKey::of("default", &event);
    inbox
        .accept(&key, &StoredEvent::from(&event))
        .await
        .unwrap();
    key
}
