//! `timestamp`: the age is limited in both directions, and `t` is digits.

use crate::{
    check::{Check, Plan},
    delivery::Delivery,
    loops::{Loops, line, now},
};

const AGE: &str = "Reject when |now - t| > 300 s, in seconds, before anything else.";
const DIGITS: &str = "Accept `t` only if it matches ^[0-9]+$, then compare it as an integer.";

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "stale",
        sent: "events signed 10 minutes and a day ago",
        why: "A captured delivery could be replayed at any time: tower-webflow compares no time.",
        advice: AGE,
        plan: Plan::Rejected(|loops| {
            vec![
                aged(loops, 600).labelled("10 minutes"),
                aged(loops, 86_400).labelled("a day"),
            ]
        }),
    },
    Check {
        name: "stale-edge",
        sent: "an event signed 305 s ago",
        why: "The guide's tolerance is 300 s: a longer one lengthens the time for a replay.",
        advice: AGE,
        plan: Plan::Rejected(|loops| vec![aged(loops, 305)]),
    },
    Check {
        name: "early",
        sent: "events signed 10 minutes, a day and a year ahead",
        why: "A delivery with a time far ahead could be replayed until then: stripe-node, -python and -go compare one direction.",
        advice: AGE,
        plan: Plan::Rejected(|loops| {
            vec![
                aged(loops, -600).labelled("10 minutes"),
                aged(loops, -86_400).labelled("a day"),
                aged(loops, -31_536_000).labelled("a year"),
            ]
        }),
    },
    Check {
        name: "early-edge",
        sent: "an event signed 305 s ahead",
        why: "The guide's samples compare the absolute difference with 300 s.",
        advice: AGE,
        plan: Plan::Rejected(|loops| vec![aged(loops, -305)]),
    },
    Check {
        name: "edge-kept",
        sent: "an event signed 295 s ago",
        why: "A delivery that waited in a queue, or a clock that drifts, is within the guide's 300 s.",
        advice: "Accept all of 300 s; a shorter tolerance loses late deliveries.",
        plan: Plan::Accepted(|loops| vec![aged(loops, 295).charge()]),
    },
    Check {
        name: "edge-kept-ahead",
        sent: "an event signed 295 s ahead",
        why: "A receiver whose clock is slow sees genuine deliveries in its future.",
        advice: "Accept 300 s ahead as well.",
        plan: Plan::Accepted(|loops| vec![aged(loops, -295).charge()]),
    },
    Check {
        name: "refreshed",
        sent: "a stale signature under a fresh `t`, and a signature of the body alone",
        why: "If `t` is not part of the signed text, a captured delivery never grows old.",
        advice: "Compute the HMAC over `t` as sent, a dot and the body.",
        plan: Plan::Rejected(|loops| {
            let body = loops.charge().to_string();
            let stale = loops.digest(body.as_bytes(), &(now() - 600).to_string());
            let other = loops.charge().to_string();
            // The signed text is `t`, a dot and the body: this body is cut at one of its dots.
            let (before, after) = other.split_once('.').unwrap_or_default();
            let alone = loops.digest(after.as_bytes(), before);
            let under = |digest: &str| vec![line(&format!("t={},v1={digest}", now()))];
            vec![
                Delivery::new(under(&stale), body).labelled("a stale signature"),
                Delivery::new(under(&alone), other).labelled("a signature of the body alone"),
            ]
        }),
    },
    Check {
        name: "no-number",
        sent: "a `t` that is not a number, correctly signed",
        why: "parseInt yields NaN, and no comparison with NaN is true: the guide's JavaScript skips the age test.",
        advice: DIGITS,
        plan: Plan::Rejected(|loops| {
            ["", "abc", "NaN", "null", "Infinity"]
                .map(|t| with_t(loops, t).labelled(if t.is_empty() { "an empty t" } else { t }))
                .into()
        }),
    },
    Check {
        name: "tail",
        sent: "the time with letters after it, correctly signed",
        why: "parseInt and intval ignore a tail, into which the beginning of the body can be moved.",
        advice: DIGITS,
        plan: Plan::Rejected(|loops| {
            let t = now();
            vec![
                with_t(loops, &format!("{t}abc")).labelled("now, then abc"),
                with_t(loops, &format!("{t} 1")).labelled("now, then a space and 1"),
            ]
        }),
    },
    Check {
        name: "sign",
        sent: "`+`, `-` or a space before the time, correctly signed",
        why: "A number parser accepts a sign or a space, and abs() forgives `-`: `t` has more spellings than Loops writes.",
        advice: DIGITS,
        plan: Plan::Rejected(|loops| {
            let t = now();
            vec![
                with_t(loops, &format!("+{t}")).labelled("+"),
                with_t(loops, &format!("-{t}")).labelled("-"),
                with_t(loops, &format!(" {t}")).labelled("a space"),
            ]
        }),
    },
    Check {
        name: "fraction",
        sent: "the time as a fraction, `.0` and `.5`, correctly signed",
        why: "A dot in `t` makes two readings of the signed text, `t`.`body`: the boundary can be moved.",
        advice: DIGITS,
        plan: Plan::Rejected(|loops| {
            let t = now();
            vec![
                with_t(loops, &format!("{t}.0")).labelled(".0"),
                with_t(loops, &format!("{t}.5")).labelled(".5"),
            ]
        }),
    },
    Check {
        name: "exponent",
        sent: "the time as `…e0`, correctly signed",
        why: "Number() and float() read it as the same time: `t` must be digits.",
        advice: DIGITS,
        plan: Plan::Rejected(|loops| vec![with_t(loops, &format!("{}e0", now()))]),
    },
    Check {
        name: "hexadecimal",
        sent: "the time as `0x…`, correctly signed",
        why: "Number() and parseInt() read it as the same time: `t` must be decimal digits.",
        advice: DIGITS,
        plan: Plan::Rejected(|loops| vec![with_t(loops, &format!("{:#x}", now()))]),
    },
    Check {
        name: "underscores",
        sent: "the time with `_` between its digits, correctly signed",
        why: "Python's int() reads 1_700_000_000, as it reads digits of other scripts.",
        advice: DIGITS,
        plan: Plan::Rejected(|loops| {
            let t = now().to_string();
            let (first, rest) = t.split_at(1);
            vec![with_t(loops, &format!("{first}_{rest}"))]
        }),
    },
    Check {
        name: "milliseconds",
        sent: "the time in milliseconds, correctly signed",
        why: "A receiver that guesses the unit accepts a time that is not Loops' unix seconds.",
        advice: "Read `t` as seconds only.",
        plan: Plan::Rejected(|loops| vec![with_t(loops, &format!("{}000", now()))]),
    },
    Check {
        name: "overflow",
        sent: "times beyond 32, 64 and any bits that wrap to now, correctly signed",
        why: "A number that wraps is another time; standardwebhooks and stripe-pay-server overflowed on this `t`.",
        advice: "Reject a `t` of more than 19 digits, and compare without arithmetic that can overflow.",
        plan: Plan::Rejected(|loops| {
            let now = i128::from(now());
            let wrapped = |bits: u32| (now + (1_i128 << bits)).to_string();
            vec![
                with_t(loops, &wrapped(32)).labelled("2^32 more"),
                with_t(loops, &wrapped(64)).labelled("2^64 more"),
                with_t(loops, "9223372036854775807").labelled("2^63 - 1"),
                with_t(loops, "-9223372036854775808").labelled("-2^63"),
                with_t(loops, &"9".repeat(400)).labelled("400 digits"),
            ]
        }),
    },
];

fn aged(loops: &mut Loops, age: i64) -> Delivery {
    let body = loops.charge().to_string();
    loops.signed_ago(body, age)
}

/// An event with this text in place of the timestamp, correctly signed.
fn with_t(loops: &mut Loops, t: &str) -> Delivery {
    let body = loops.charge().to_string();
    loops.signed_text(body, t)
}
