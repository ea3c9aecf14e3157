//! The `v1` elements of the signature header: which of them can match.

use crate::{
    BODY, NOW, SECRET, at,
    header::{
        Expected::{Accepted, InvalidSignature},
        assert_outcome, assert_table,
    },
    mac, outcome, verifier,
};

#[test]
fn any_one_of_several_v1_may_match() {
    assert_table(&[
        ("t=$t,v1=$0", InvalidSignature),
        ("t=$t,v1=$0,v1=$0", InvalidSignature),
        ("t=$t,v1=$mac,v1=$0", Accepted),
        ("t=$t,v1=$0,v1=$mac", Accepted),
        ("t=$t,v1=$0,v1=$mac,v1=$0", Accepted),
        ("t=$t,v1=$mac,v1=$mac", Accepted),
        ("t=$t,v1=,v1=xyz,v1=$mac", Accepted),
        ("t=$t,v1=$mac,v1=,v1=$ff", Accepted),
        ("t=$t,v1=$mac $0", InvalidSignature),
    ]);
}

#[test]
fn a_v1_is_64_hex_digits_of_either_case() {
    assert_table(&[
        ("t=$t,v1=$MAC", Accepted),
        ("t=$t,v1=", InvalidSignature),
        ("t=$t,v1==$mac", InvalidSignature),
        ("t=$t,v1=$mac0", InvalidSignature),
        ("t=$t,v1=0$mac", InvalidSignature),
        ("t=$t,v1=0x$mac", InvalidSignature),
        ("t=$t,v1=$mac$mac", InvalidSignature),
        ("t=$t,v1=\"$mac\"", InvalidSignature),
        ("t=$t,v1=$ff$mac", InvalidSignature),
    ]);

    let right = mac(SECRET, &NOW.to_string(), BODY);
    let signed = |v1: &str| format!("t={NOW},v1={v1}").into_bytes();
    let (mut lower, mut mixed) = (true, String::new());
    for digit in right.chars() {
        lower = !lower;
        mixed.push(if lower {
            digit
        } else {
            digit.to_ascii_uppercase()
        });
    }
    assert_outcome("mixed case", &signed(&mixed), Accepted);
    assert_outcome("63 digits", &signed(&right[..63]), InvalidSignature);
    assert_outcome(
        "63 digits, the last ones",
        &signed(&right[1..]),
        InvalidSignature,
    );
    // Each is 64 bytes long, and wrong at one place of the right signature. `+f` is a number to lenient parsers.
    for odd in [
        "g", "G", "z", "/", ":", "@", "`", " ", "+", "-", "\0", ".", "_",
    ] {
        for place in [0, 1, 31, 62, 63] {
            let mut v1 = right.clone();
            v1.replace_range(place..=place, odd);
            // At the end, white space is around the comma, and one digit is missing.
            assert_outcome(&v1, &signed(&v1), InvalidSignature);
        }
    }
}

#[test]
fn no_other_byte_stands_for_a_hex_digit() {
    let right = mac(SECRET, &NOW.to_string(), BODY);
    for place in [0, 31, 63] {
        let digit = right.as_bytes()[place];
        for byte in 0..=u8::MAX {
            let mut header = format!("t={NOW},v1={right}").into_bytes();
            let end = header.len() - 64 + place;
            header[end] = byte;
            let is_right = byte.eq_ignore_ascii_case(&digit);
            let expected = if is_right { Accepted } else { InvalidSignature };
            assert_outcome(&format!("{byte:#x} at {place}"), &header, expected);
        }
    }
}

#[test]
fn what_is_no_hex_cannot_match_whatever_the_body() {
    for digits in ["g", "gg", "ggg", "/:@`"] {
        for place in [0, 30] {
            let mut v1 = "0".repeat(64);
            v1.replace_range(place..place + digits.len(), digits);
            let header = format!("t={NOW},v1={v1}");
            let begun = verifier().begin(header.as_bytes(), at(NOW));
            assert_eq!(outcome(&begun), "Invalid signature", "{header}");
        }
    }
}
