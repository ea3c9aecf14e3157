//! The grammar of the signature header: which texts are read, which are malformed, which cannot match.

use std::error::Error;

use tower_loops::{HeaderError, Rejection};

use crate::{BODY, NOW, SECRET, mac, outcome, verify};

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Expected {
    Accepted,
    Malformed(HeaderError),
    InvalidSignature,
}
use Expected::{Accepted, InvalidSignature, Malformed};
use HeaderError::{
    DuplicateTimestamp, InvalidTimestamp, MissingSignature, MissingTimestamp, TooLong,
};

/// `$t` stands for the current second, `$mac` for the right signature in lower case, `$MAC` in upper case, `$0` for a wrong
/// one, `$ff` for a byte that is no UTF-8.
fn expand(template: &str) -> Vec<u8> {
    let t = NOW.to_string();
    let mac = mac(SECRET, &t, BODY);
    let text = template
        .replace("$mac", &mac)
        .replace("$MAC", &mac.to_uppercase())
        .replace("$0", &"0".repeat(64))
        .replace("$t", &t);
    let parts: Vec<&[u8]> = text.split("$ff").map(str::as_bytes).collect();
    parts.join(&0xff)
}

pub(crate) fn assert_outcome(name: &str, header: &[u8], expected: Expected) {
    let seen = match verify(header, BODY) {
        Ok(_) => Accepted,
        Err(Rejection::MalformedSignature { reason, .. }) => Malformed(reason),
        Err(Rejection::InvalidSignature { .. }) => InvalidSignature,
        Err(other) => panic!("{name:?}: {other:?}"),
    };
    assert_eq!(seen, expected, "{name:?}");
}

pub(crate) fn assert_table(rows: &[(&str, Expected)]) {
    for &(template, expected) in rows {
        assert_outcome(template, &expand(template), expected);
    }
}

#[test]
fn elements_come_in_any_order_among_unknown_ones() {
    assert_table(&[
        ("t=$t,v1=$mac", Accepted),
        ("v1=$mac,t=$t", Accepted),
        ("v0=$0,t=$t,v2=$0,v1=$mac,alg=none", Accepted),
        ("v0=$mac,t=$t", Malformed(MissingSignature)),
        ("v2=$mac,t=$t", Malformed(MissingSignature)),
        ("t=$t,v1=$mac,tt=5,at=5,v11=5,xv1=5", Accepted),
        ("tt=$t,v1=$mac", Malformed(MissingTimestamp)),
        ("t=$t,v1=$mac,\u{e9}=\u{e9},$ff=$ff,\0=\0,x=a=b", Accepted),
    ]);
}

#[test]
fn elements_without_a_key_or_a_value_are_ignored() {
    assert_table(&[
        ("", Malformed(MissingTimestamp)),
        (" \t ", Malformed(MissingTimestamp)),
        (",,,", Malformed(MissingTimestamp)),
        ("$mac", Malformed(MissingTimestamp)),
        (",t=$t,,v1=$mac,", Accepted),
        ("t=$t, ,\t,v1=$mac", Accepted),
        ("t,v1,t=$t,v1=$mac,=,=5", Accepted),
        ("t,v1=$mac", Malformed(MissingTimestamp)),
        ("t=$t,v1", Malformed(MissingSignature)),
        ("t=$t", Malformed(MissingSignature)),
        ("v1=$mac", Malformed(MissingTimestamp)),
        ("t:$t,v1=$mac", Malformed(MissingTimestamp)),
        ("t=$t,v1:$mac", Malformed(MissingSignature)),
        ("t=$t;v1=$mac", Malformed(InvalidTimestamp)),
    ]);
}

#[test]
fn spaces_and_tabs_stand_around_commas_and_at_both_ends_only() {
    assert_table(&[
        (" t=$t,v1=$mac", Accepted),
        ("t=$t,v1=$mac ", Accepted),
        ("\t \tt=$t \t,\t v1=$mac\t \t", Accepted),
        ("t =$t,v1=$mac", Malformed(MissingTimestamp)),
        ("t= $t,v1=$mac", Malformed(InvalidTimestamp)),
        ("t=\t$t,v1=$mac", Malformed(InvalidTimestamp)),
        ("t=17 00000000,v1=$mac", Malformed(InvalidTimestamp)),
        ("t=$t,v1 =$mac", Malformed(MissingSignature)),
        ("t=$t,v 1=$mac", Malformed(MissingSignature)),
        ("t=$t,v1= $mac", InvalidSignature),
        ("t=$t,v1=\t$mac", InvalidSignature),
        // No other white space counts.
        ("t=$t\n,v1=$mac", Malformed(InvalidTimestamp)),
        ("t=$t\r,v1=$mac", Malformed(InvalidTimestamp)),
        ("t=$t\u{b},v1=$mac", Malformed(InvalidTimestamp)),
        ("t=$t\u{c},v1=$mac", Malformed(InvalidTimestamp)),
        ("t=$t\u{a0},v1=$mac", Malformed(InvalidTimestamp)),
        ("\nt=$t,v1=$mac", Malformed(MissingTimestamp)),
        ("t=$t,\nv1=$mac", Malformed(MissingSignature)),
        ("t=$t,v1=$mac\n", InvalidSignature),
        ("t=$t,v1=$mac\0", InvalidSignature),
    ]);
}

#[test]
fn keys_are_case_sensitive() {
    assert_table(&[
        ("T=$t,v1=$mac", Malformed(MissingTimestamp)),
        ("t=$t,V1=$mac", Malformed(MissingSignature)),
        ("T=5,t=$t,V1=$0,v1=$mac", Accepted),
    ]);
}

#[test]
fn there_is_exactly_one_t() {
    assert_table(&[
        ("t=$t,t=$t,v1=$mac", Malformed(DuplicateTimestamp)),
        ("t=$t,v1=$mac,t=$t", Malformed(DuplicateTimestamp)),
        ("t=$t,t=1,v1=$mac", Malformed(DuplicateTimestamp)),
        ("t=1,t=$t,v1=$mac", Malformed(DuplicateTimestamp)),
        ("t=$t,v1=$mac, t=", Malformed(DuplicateTimestamp)),
    ]);
}

#[test]
fn t_is_plain_digits_that_fit_64_bits() {
    let texts = [
        "", "+1", "-1", "-0", "1.0", "1.", "1e9", "0x10", "1_000", "abc", "=5", "\0", "$t\0",
        "$tx", "$ff", "$t$ff", "+$t", "-$t", "$t.0", "$t.", "\u{661}", "\u{ff11}",
    ];
    for text in texts {
        let template = format!("t={text},v1=$mac");
        assert_outcome(&template, &expand(&template), Malformed(InvalidTimestamp));
    }
    // A comma ends the `t`; no other byte but a digit can be in it.
    for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit() && *byte != b',') {
        let header = [b"t=17", &[byte][..], b"0000000,v1=00"].concat();
        assert_outcome(&format!("{byte:#x}"), &header, Malformed(InvalidTimestamp));
    }
    let too_large = [
        "18446744073709551616",
        "018446744073709551616",
        "99999999999999999999",
        &"9".repeat(4000),
    ];
    for text in too_large {
        let header = format!("t={text},v1={}", mac(SECRET, text, BODY));
        assert_outcome(text, header.as_bytes(), Malformed(InvalidTimestamp));
    }
    // It fits, so it is a time, though one that is far off.
    let largest = format!(
        "t={},v1={}",
        u64::MAX,
        mac(SECRET, &u64::MAX.to_string(), BODY)
    );
    assert_eq!(outcome(&verify(largest, BODY)), "Webhook timestamp too new");
}

#[test]
fn the_text_of_t_is_signed_as_it_was_sent() {
    let zeros = "0".repeat(3_000);
    for padded in [format!("000{NOW}"), format!("{zeros}{NOW}")] {
        let over_the_text = format!("t={padded},v1={}", mac(SECRET, &padded, BODY));
        assert_outcome(&over_the_text, over_the_text.as_bytes(), Accepted);

        let over_the_number = format!("t={padded},v1={}", mac(SECRET, &NOW.to_string(), BODY));
        assert_outcome(
            &over_the_number,
            over_the_number.as_bytes(),
            InvalidSignature,
        );
    }
}

#[test]
fn at_most_4096_bytes_are_read() {
    let header = |len: usize, filler: &str| {
        let start = expand("t=$t,v1=$mac,").len();
        let mut header = expand("t=$t,v1=$mac,");
        header.extend(filler.repeat(len - start).bytes());
        header
    };
    for filler in ["x", ",", " "] {
        assert_outcome(filler, &header(4096, filler), Accepted);
        assert_outcome(filler, &header(4097, filler), Malformed(TooLong));
    }
    assert_outcome("1 MiB of nothing", &vec![0; 1 << 20], Malformed(TooLong));

    // As many signatures as there is room for are all looked at.
    let mut crowded = format!("t={NOW},");
    crowded.push_str(&expand_text("v1=$0,").repeat(59));
    crowded.push_str(&expand_text("v1=$mac"));
    assert!(crowded.len() <= 4096, "{}", crowded.len());
    assert_outcome("60 signatures", crowded.as_bytes(), Accepted);
}

fn expand_text(template: &str) -> String {
    String::from_utf8(expand(template)).expect("the template has no $ff")
}

#[test]
fn the_reason_is_in_the_source_and_not_in_the_text() {
    let header = expand("t=$t,t=$t,v1=$mac");
    let rejection = verify(header, BODY).unwrap_err();
    assert_eq!(rejection.to_string(), "Malformed signature");
    assert_eq!(rejection.status(), 400);
    let source = rejection.source().expect("there is a reason");
    assert_eq!(source.downcast_ref(), Some(&DuplicateTimestamp));

    let reasons = [
        TooLong,
        MissingTimestamp,
        DuplicateTimestamp,
        InvalidTimestamp,
        MissingSignature,
    ];
    let texts = reasons.map(|reason| reason.to_string());
    for (index, text) in texts.iter().enumerate() {
        assert!(!texts[..index].contains(text), "{text:?} says two things");
    }
}
