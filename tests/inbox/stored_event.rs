//! A stored event is the verified one, and its `Debug` shows no payload.

use std::time::SystemTime;

use testkit::delivery::{now, verified};
use tower_loops::{PayloadError, StoredEvent};

#[test]
fn serialization_keeps_each_byte() {
    let payload = "{ \"id\" :\"evt_1\",\n\t\"type\":\"charge.succeeded\", \"x\":\"\\u00e9 é \u{1f600} \\ud83d\", \"n\": 1.50e3 }";
    let event = verified(payload);
    let stored = StoredEvent::from(&event);
    let json = serde_json::to_string(&stored).expect("serialized");
    let read: StoredEvent = serde_json::from_str(&json).expect("deserialized");
    assert_eq!(read, stored);
    let trusted = read.trust().expect("an event");
    assert_eq!(trusted.payload(), payload.as_bytes());
    let seen = (trusted.id(), trusted.signed_at(), trusted.secret_index());
    assert_eq!(seen, ("evt_1", now(), 0));
}

#[test]
fn the_form_is_fixed() {
    let json = r#"{"payload":"{\"id\":\"evt_1\",\"type\":\"x\"}","signed_at":1700000000,"secret_index":1,"received_at":1700000000123}"#;
    let stored: StoredEvent = serde_json::from_str(json).expect("deserialized");
    assert_eq!(stored.signed_at(), now());
    let after = stored.received_at().duration_since(now());
    assert_eq!(after.expect("after").as_millis(), 123);
    assert_eq!(serde_json::to_string(&stored).expect("serialized"), json);
    assert_eq!(stored.trust().expect("an event").secret_index(), 1);
}

#[test]
fn an_invalid_payload_is_not_trusted() {
    let stored = |payload: &'static str| {
        StoredEvent::new(payload.into(), SystemTime::now(), 0, SystemTime::now())
    };
    let seen = stored(r#"{"type":"x"}"#).trust().err();
    assert_eq!(seen, Some(PayloadError::MissingId));
    assert!(matches!(
        stored("garbage").trust(),
        Err(PayloadError::NotJson { .. })
    ));
    let too_late =
        r#"{"payload":"{}","signed_at":18446744073709551615,"secret_index":0,"received_at":0}"#;
    assert!(serde_json::from_str::<StoredEvent>(too_late).is_err());
}

#[test]
fn debug_shows_no_payload() {
    let stored = StoredEvent::from(&verified(r#"{"id":"evt_secret","type":"x"}"#));
    let debug = format!("{stored:?}");
    let is_silent = debug.contains("payload_bytes: 30") && !debug.contains("evt_secret");
    assert!(is_silent, "{debug}");
}
