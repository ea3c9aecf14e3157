//! The signature header: its grammar, and the `v1` elements that can match.

use testkit::delivery::{NOW, SECRET, mac};
use tower_loops::Rejection;

use crate::{BODY, header, outcome, sign, verify};

const INVALID: &str = "Invalid signature";

/// Expects `accepted`, the reason why the header is malformed, or the text of another rejection.
fn assert_outcome(header: impl AsRef<[u8]>, expected: &str) {
    let header = header.as_ref();
    let seen = match verify(header, BODY) {
        Err(Rejection::MalformedSignature { reason, .. }) => format!("{reason:?}"),
        result => outcome(&result),
    };
    assert_eq!(seen, expected, "{}", header.escape_ascii());
}

/// The outcome, then headers with `|` between them. `$t` stands for the current second, `$mac` for
/// the right signature in lower case, `$MAC` in upper case, `$0` for a wrong one, and `$ff` for a
/// byte that is not UTF-8.
fn assert_each(row: &str) {
    let (expected, templates) = row.split_once(": ").expect("a row");
    let t = NOW.to_string();
    let mac = mac(SECRET, &t, BODY);
    for template in templates.split('|') {
        let header = template
            .replace("$mac", &mac)
            .replace("$MAC", &mac.to_uppercase())
            .replace("$0", &"0".repeat(64))
            .replace("$t", &t);
        let parts: Vec<&[u8]> = header.split("$ff").map(str::as_bytes).collect();
        assert_outcome(parts.join(&0xff), expected);
    }
}

#[test]
fn elements_are_key_value_pairs_in_any_order_and_unknown_ones_are_ignored() {
    assert_each("accepted: t=$t,v1=$mac|v1=$mac,t=$t|v0=$0,t=$t,v2=$0,v1=$mac,alg=none");
    assert_each("accepted: t=$t,v1=$mac,tt=5,at=5,v11=5,xv1=5|t,v1,t=$t,v1=$mac,=,=5");
    assert_each("accepted: T=5,t=$t,V1=$0,v1=$mac|,t=$t,,v1=$mac,");
    assert_each("accepted: t=$t,v1=$mac,\u{e9}=\u{e9},$ff=$ff,\0=\0,x=a=b");
    assert_each("MissingSignature: v0=$mac,v2=$mac,t=$t|t=$t,v1|t=$t,v1:$mac|t=$t,V1=$mac");
    assert_each("MissingTimestamp: tt=$t,v1=$mac|| \t |,,,|$mac|t,v1=$mac");
    assert_each("MissingTimestamp: t:$t,v1=$mac|T=$t,v1=$mac");
    assert_each("InvalidTimestamp: t=$t;v1=$mac");
}

#[test]
fn spaces_and_tabs_are_allowed_around_commas_and_at_both_ends_only() {
    assert_each("accepted: \t \tt=$t \t,\t v1=$mac\t \t|t=$t, ,\t,v1=$mac");
    assert_each("MissingTimestamp: t =$t,v1=$mac|\nt=$t,v1=$mac");
    assert_each("InvalidTimestamp: t= $t,v1=$mac|t=\t$t,v1=$mac|t=$t\n,v1=$mac");
    assert_each("InvalidTimestamp: t=$t\u{c},v1=$mac|t=$t\u{a0},v1=$mac");
    assert_each("MissingSignature: t=$t,v1 =$mac|t=$t,v 1=$mac|t=$t,\nv1=$mac");
    assert_each("Invalid signature: t=$t,v1= $mac|t=$t,v1=\t$mac|t=$t,v1=$mac\n|t=$t,v1=$mac\0");
}

#[test]
fn a_second_t_is_rejected() {
    assert_each("DuplicateTimestamp: t=$t,t=$t,v1=$mac|t=$t,v1=$mac,t=$t|t=$t,t=1,v1=$mac");
    assert_each("DuplicateTimestamp: t=1,t=$t,v1=$mac|t=$t,v1=$mac, t=");
}

#[test]
fn t_is_ascii_digits_that_fit_64_bits() {
    let spellings = "+$ -$ $.0 $. 1e9 0x10 1_000 abc =5 $x \u{661} \u{ff11} 18446744073709551616 018446744073709551616";
    for text in spellings.split(' ').chain(["", &"9".repeat(4000)]) {
        let t = text.replace('$', &NOW.to_string());
        assert_outcome(header(&t, BODY), "InvalidTimestamp");
    }
    // A comma ends the `t`; no other byte but a digit can be in it.
    for byte in (0..=u8::MAX).filter(|byte| !byte.is_ascii_digit() && *byte != b',') {
        let header = [b"t=17", &[byte][..], b"0000000,v1=00"].concat();
        assert_outcome(header, "InvalidTimestamp");
    }
    let largest = header(&u64::MAX.to_string(), BODY);
    assert_outcome(largest, "Webhook timestamp too new");
}

#[test]
fn t_is_signed_as_it_was_sent() {
    for zeros in [3, 3_000] {
        let padded = format!("{}{NOW}", "0".repeat(zeros));
        assert_outcome(header(&padded, BODY), "accepted");
        let mac_of_number = mac(SECRET, &NOW.to_string(), BODY);
        assert_outcome(format!("t={padded},v1={mac_of_number}"), INVALID);
    }
}

#[test]
fn at_most_4096_bytes_are_accepted() {
    for filler in ["x", ",", " "] {
        let header = |length| format!("{:1$}", sign(BODY) + ",", length).replace(' ', filler);
        assert_outcome(header(4096), "accepted");
        assert_outcome(header(4097), "TooLong");
    }
    // All candidates that fit are compared.
    let wrong = format!(",v1={}", "0".repeat(64)).repeat(58);
    let header = sign(BODY).replacen(',', &(wrong + ","), 1);
    assert!((4000..=4096).contains(&header.len()), "{}", header.len());
    assert_outcome(header, "accepted");
}

#[test]
fn any_of_several_v1_may_match() {
    assert_each("Invalid signature: t=$t,v1=$0,v1=$0|t=$t,v1=$mac $0");
    assert_each("accepted: t=$t,v1=$mac,v1=$0|t=$t,v1=$0,v1=$mac,v1=$0|t=$t,v1=$mac,v1=$mac");
    assert_each("accepted: t=$t,v1=,v1=xyz,v1=$mac|t=$t,v1=$mac,v1=,v1=$ff");
}

#[test]
fn a_v1_is_64_hex_digits_of_either_case() {
    assert_each("accepted: t=$t,v1=$MAC");
    assert_each("Invalid signature: t=$t,v1=|t=$t,v1==$mac|t=$t,v1=$mac0|t=$t,v1=0$mac");
    assert_each("Invalid signature: t=$t,v1=0x$mac|t=$t,v1=$mac$mac|t=$t,v1=\"$mac\"");
    assert_each("Invalid signature: t=$t,v1=$ff$mac");
    let right = sign(BODY).into_bytes();
    assert_outcome(&right[..right.len() - 1], INVALID);
    let start = right.len() - 64;
    for place in [start, start + 31, right.len() - 1] {
        for byte in 0..=u8::MAX {
            let mut header = right.clone();
            header[place] = byte;
            let is_right = byte.eq_ignore_ascii_case(&right[place]);
            assert_outcome(header, if is_right { "accepted" } else { INVALID });
        }
    }
}
