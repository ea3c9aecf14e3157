//! Any header: accepted or rejected like the reference. Never a panic.
#![no_main]

use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use libfuzzer_sys::fuzz_target;
use tower_loops::{Secret, Verifier};
use tower_loops_fuzz::outcome;

const NOW: u64 = 1_700_000_000;

fuzz_target!(|header: &[u8]| {
    let secret = b"whsec_fuzz".to_vec();
    let verifier = Verifier::new(Secret::new(secret.clone()).unwrap());
    let now = UNIX_EPOCH + Duration::from_secs(NOW);
    let ours = verifier
        .verify(header, Bytes::from_static(b"{}"), now)
        .map(|event| event.secret_index())
        .map_err(|rejection| rejection.to_string());
    let reference = outcome(&[secret], 300, NOW, header, b"{}").map_err(str::to_owned);
    assert_eq!(ours, reference);
});
