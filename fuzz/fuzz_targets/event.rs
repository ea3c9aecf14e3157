//! Any body with a right signature: it is an event exactly if a serde visitor reads one. Never a
//! panic.
#![no_main]

use std::time::UNIX_EPOCH;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use tower_loops::{Secret, Signer, Verifier};
use tower_loops_fuzz::reference::{self, Envelope};

fuzz_target!(|body: &[u8]| {
    let secret = Secret::new("whsec_fuzz").unwrap();
    let header = Signer::new(&secret).sign(body, UNIX_EPOCH);
    let body = Bytes::copy_from_slice(body);
    let event = Verifier::new(secret)
        .verify(header.as_bytes(), body.clone(), UNIX_EPOCH)
        .ok();
    let read = event.as_ref().map(|event| Envelope {
        id: event.id().to_owned(),
        event_type: event.event_type().to_string(),
        created: event.created(),
        livemode: event.livemode(),
        api_version: event.api_version().map(str::to_owned),
    });
    assert_eq!(read, reference::envelope(&body));
    if let Some(event) = event {
        assert_eq!(event.payload(), &body);
        let _ = (event.object(), event.object_as::<serde_json::Value>());
    }
});
