//! Any body, signed as it should be: an event exactly when serde_json finds one in it, and never a panic.
#![no_main]

use std::time::UNIX_EPOCH;

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use tower_loops::{Secret, Signer, Verifier};
use tower_loops_fuzz::{is_event, may_have_half_pairs};

fuzz_target!(|body: &[u8]| {
    let secret = Secret::new("whsec_fuzz").unwrap();
    let header = Signer::new(secret.clone()).sign(body, UNIX_EPOCH);
    let verdict =
        Verifier::new(secret).verify(header.as_bytes(), Bytes::copy_from_slice(body), UNIX_EPOCH);
    if !may_have_half_pairs(body) {
        assert_eq!(verdict.is_ok(), is_event(body));
    }
    if let Ok(event) = verdict {
        assert_eq!(event.payload(), body);
        let _ = (event.object(), event.object_as::<serde_json::Value>());
    }
});
