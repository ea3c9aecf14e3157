//! The sender's side: the form of the header that `Signer` makes.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tower_loops::Signer;

use crate::{BODY, NOW, SECRET, at, mac, secret, sign, verifier};

fn signed_at(time: SystemTime) -> String {
    let header = Signer::new(secret(SECRET)).sign(BODY.as_bytes(), time);
    header.to_str().expect("it is ASCII").to_owned()
}

#[test]
fn the_header_is_t_and_v1_over_the_body() {
    assert_eq!(signed_at(at(NOW)), sign(BODY));
    assert_eq!(
        signed_at(at(0)),
        format!("t=0,v1={}", mac(SECRET, "0", BODY))
    );
}

#[test]
fn the_signature_is_lower_case_hex() {
    // Enough of them that every letter comes up.
    let mut letters = String::new();
    for second in 0..32 {
        let header = signed_at(at(NOW + second));
        let (_, v1) = header.split_once(",v1=").expect("there is a v1");
        assert_eq!(v1.len(), 64, "{v1}");
        letters.extend(v1.chars().filter(|digit| !digit.is_ascii_digit()));
    }
    for letter in 'a'..='f' {
        assert!(letters.contains(letter), "{letter} in {letters}");
    }
    assert!(
        letters.chars().all(|letter| ('a'..='f').contains(&letter)),
        "{letters}"
    );
}

#[test]
fn the_header_is_marked_sensitive() {
    let header = Signer::new(secret(SECRET)).sign(b"", at(NOW));
    assert!(header.is_sensitive());
}

#[test]
fn times_are_cut_to_seconds_and_never_before_1970() {
    let second = Duration::from_secs(1);
    let rows = [
        ("a whole second", at(NOW), NOW),
        (
            "almost the next",
            at(NOW + 1) - Duration::from_nanos(1),
            NOW,
        ),
        ("1970", UNIX_EPOCH, 0),
        (
            "a nanosecond before 1970",
            UNIX_EPOCH - Duration::from_nanos(1),
            0,
        ),
        ("a second before 1970", UNIX_EPOCH - second, 0),
        ("long before 1970", UNIX_EPOCH - second * (1 << 31), 0),
        ("the year 9999", at(253_402_300_799), 253_402_300_799),
    ];
    for (name, time, t) in rows {
        let expected = format!("t={t},v1={}", mac(SECRET, &t.to_string(), BODY));
        assert_eq!(signed_at(time), expected, "{name}");
    }
}

#[test]
fn a_signer_signs_again_and_again_and_so_does_its_clone() {
    let signer = Signer::new(secret(SECRET));
    for round in 0..3 {
        for signer in [&signer, &signer.clone()] {
            let header = signer.sign(BODY.as_bytes(), at(NOW));
            let event = verifier().verify(header.as_bytes(), Bytes::from(BODY), at(NOW));
            assert_eq!(event.unwrap().id(), "evt_1", "round {round}");
        }
    }
}
