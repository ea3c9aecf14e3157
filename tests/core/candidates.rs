//! The `v1` elements of the signature header: which of them can match.

use crate::{
    BODY, NOW, SECRET,
    header::{
        Expected::{Accepted, InvalidSignature},
        assert_outcome, assert_table,
    },
    mac,
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
