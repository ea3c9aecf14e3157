//! Unknown members do not change how the known members of an object are read. Never a panic.
#![no_main]

use std::time::UNIX_EPOCH;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use serde_json::{Value, value::RawValue};
use tower_loops::{EventData, EventType, Secret, Signer, VerifiedEvent, Verifier, testing};
use tower_loops_fuzz::known;

fuzz_target!(|body: &[u8]| {
    let Some(event) = verified(body.to_vec()) else {
        return;
    };
    let (data, _) = (event.data(), event.previous_as::<Box<RawValue>>());
    // Members as the fuzzer made them, out of the object of a sample.
    let Ok(object) = event.object_as::<Box<RawValue>>() else {
        return;
    };
    let Some(members) = object
        .get()
        .strip_prefix('{')
        .and_then(|text| text.strip_suffix('}'))
    else {
        assert!(data.is_err() || matches!(data, Ok(EventData::Other(_))));
        return;
    };
    let comma = if members.trim().is_empty() { "" } else { "," };
    for (event_type, members_read) in known::OBJECTS {
        let sample = testing::sample(&event_type.into());
        let known = Value::Object(known::whole_object(members_read, sample)).to_string();
        let among_others = format!("{{{members}{comma}{}", &known[1..]);
        assert_eq!(read(event_type, &among_others), read(event_type, &known));
    }
});

fn read(event_type: &str, object: &str) -> EventData {
    let body = format!(r#"{{"id":"e","type":"{event_type}","data":{{"object":{object}}}}}"#);
    let event = verified(body.into_bytes()).expect("an event");
    assert_eq!(*event.event_type(), EventType::from(event_type));
    event.data().expect("an object")
}

fn verified(body: Vec<u8>) -> Option<VerifiedEvent> {
    let secret = Secret::new("whsec_fuzz").unwrap();
    let header = Signer::new(secret.clone()).sign(&body, UNIX_EPOCH);
    let verifier = Verifier::new(secret);
    verifier
        .verify(header.as_bytes(), Bytes::from(body), UNIX_EPOCH)
        .ok()
}
