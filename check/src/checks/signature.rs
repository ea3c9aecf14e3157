//! `signature`: genuine deliveries are accepted, forged ones rejected.

use crate::{
    check::{Check, Plan},
    delivery::Delivery,
    first::{OTHER_SECRET, plain_forgery},
    loops::{line, now},
};

use super::forgery::{GUESSES, altered, digest_of, forged, of_other_types, with_digest};

const COMPARE: &str = "Compare all 32 bytes in constant time, and reject another length.";

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "other-secret",
        sent: "an event signed with another secret",
        why: "Anyone can compute an HMAC; only the key proves that Loops sent it.",
        advice: "Verify every delivery, as the guide's \"Always Verify Signatures\" says.",
        plan: Plan::Rejected(|loops| vec![plain_forgery(loops)]),
    },
    Check {
        name: "other-types",
        sent: "other types and test charges, signed with another secret",
        why: "A receiver that verifies some types only, or live events only, believes the rest to anyone.",
        advice: "Verify before you look at the event, whatever its type and mode.",
        plan: Plan::Rejected(of_other_types),
    },
    Check {
        name: "empty-secret",
        sent: "an event signed with an empty secret",
        why: "A receiver whose secret is unset accepts this: webhook-verify and standardwebhooks did.",
        advice: "Do not start without a secret.",
        // HMAC fills a key with zeros, so this one is the empty one.
        plan: Plan::Rejected(|loops| vec![forged(loops, b"\0")]),
    },
    Check {
        name: "guessable-secret",
        sent: "events signed with what an unset secret becomes, or a sample has",
        why: "`${process.env.SECRET}` is \"undefined\" where the variable is missing, str(None) is \"None\".",
        advice: "Do not start without a secret, and do not use one from a sample.",
        plan: Plan::Rejected(|loops| {
            let forged = |guess: &'static str| forged(loops, guess.as_bytes()).labelled(guess);
            GUESSES.map(forged).into()
        }),
    },
    Check {
        name: "changed-body",
        sent: "another amount under the signature of an event",
        why: "Without this check, whoever sees one delivery sets amounts and orders at will.",
        advice: "Compute the HMAC over the body that you then use.",
        plan: Plan::Rejected(|loops| vec![altered(loops, "4900", "1")]),
    },
    Check {
        name: "changed-byte",
        sent: "one bit of the body changed",
        why: "A digest that covers only a part of the body leaves the rest to attackers.",
        advice: "Compute the HMAC over `t`, a dot and the whole body.",
        plan: Plan::Rejected(|loops| vec![altered(loops, "4900", "4901")]),
    },
    Check {
        name: "swapped-body",
        sent: "one event under the signature of another",
        why: "A receiver that only looks whether a signature is known accepts any body with it.",
        advice: "Compute the HMAC over the body of this delivery.",
        plan: Plan::Rejected(|loops| {
            let signed = loops.charge().to_string();
            let signed = loops.genuine(signed);
            let other = loops.charge().to_string();
            vec![Delivery::new(signed.signatures, other)]
        }),
    },
    Check {
        name: "digest-prefix",
        sent: "the first 1, 8 and 32 digits of the right digest",
        why: "A comparison of the length that the sender chooses is guessed digit by digit.",
        advice: COMPARE,
        plan: Plan::Rejected(|loops| {
            [("1 digit", 1), ("8 digits", 8), ("32 digits", 32)]
                .map(|(label, length)| {
                    with_digest(loops, |digest| digest[..length].to_owned()).labelled(label)
                })
                .into()
        }),
    },
    Check {
        name: "digest-truncated",
        sent: "the right digest without its last digits",
        why: "A comparison that stops at the shorter text accepts what is not the signature.",
        advice: COMPARE,
        plan: Plan::Rejected(|loops| {
            [("63 digits", 63), ("62 digits", 62)]
                .map(|(label, length)| {
                    with_digest(loops, |digest| digest[..length].to_owned()).labelled(label)
                })
                .into()
        }),
    },
    Check {
        name: "digest-extended",
        sent: "the right digest with more digits after it",
        why: "A test for a prefix accepts what is not the signature.",
        advice: COMPARE,
        plan: Plan::Rejected(|loops| vec![with_digest(loops, |digest| digest.to_owned() + "00")]),
    },
    Check {
        name: "digest-empty",
        sent: "no digest: `v1=`",
        why: "A comparison over the length received compares nothing, and finds it equal.",
        advice: COMPARE,
        plan: Plan::Rejected(|loops| vec![with_digest(loops, |_| String::new())]),
    },
    Check {
        name: "digest-head",
        sent: "the right digest with its last digit changed",
        why: "A comparison of the beginning leaves the rest to be guessed.",
        advice: COMPARE,
        plan: Plan::Rejected(|loops| {
            vec![with_digest(loops, |digest| {
                let last = if digest.ends_with('0') { "1" } else { "0" };
                digest[..63].to_owned() + last
            })]
        }),
    },
    Check {
        name: "digest-tail",
        sent: "the right digest with its first digit changed",
        why: "A comparison that looks at single bytes, or at the end, accepts other digests.",
        advice: COMPARE,
        plan: Plan::Rejected(|loops| {
            vec![with_digest(loops, |digest| {
                let first = if digest.starts_with('0') { "1" } else { "0" };
                first.to_owned() + &digest[1..]
            })]
        }),
    },
    Check {
        name: "digest-shuffled",
        sent: "the digits of the right digest in another order",
        why: "A comparison that adds differences up, or combines them by XOR alone, lets them cancel out.",
        advice: COMPARE,
        plan: Plan::Rejected(|loops| {
            vec![with_digest(loops, |digest| digest.chars().rev().collect())]
        }),
    },
    Check {
        name: "digest-not-hex",
        sent: "64 characters that are not hex digits",
        why: "Node's Buffer.from(text, \"hex\") stops at the first of them, and yields an empty or shorter digest.",
        advice: "Accept 64 hex digits and nothing else.",
        plan: Plan::Rejected(|loops| {
            vec![
                with_digest(loops, |_| "z".repeat(64)).labelled("zz…"),
                with_digest(loops, |digest| digest[..62].to_owned() + "zz")
                    .labelled("a digest that ends in zz"),
            ]
        }),
    },
    Check {
        name: "any-digest",
        sent: "digests that are none: zeros, true, undefined, *",
        why: "A receiver that tests whether there is a signature, and not which, is open to anyone.",
        advice: COMPARE,
        plan: Plan::Rejected(|loops| {
            let zeros = with_digest(loops, |_| "0".repeat(64)).labelled("64 zeros");
            let words = ["true", "undefined", "null", "*"]
                .map(|word| with_digest(loops, |_| word.to_owned()).labelled(word));
            [zeros].into_iter().chain(words).collect()
        }),
    },
    Check {
        name: "other-version",
        sent: "the right digest as `v0`, and no `v1`",
        why: "A version that is not checked can be downgraded to a weaker one; the guide names `v1`.",
        advice: "Take the digest from `v1` only.",
        plan: Plan::Rejected(|loops| {
            let body = loops.charge().to_string();
            let t = now();
            let digest = loops.digest(body.as_bytes(), &t.to_string());
            vec![Delivery::new(
                vec![line(&format!("t={t},v0={digest}"))],
                body,
            )]
        }),
    },
    Check {
        name: "rotation",
        sent: "two `v1`, of another secret and of this one",
        why: "A sender that rotates its secret signs with both; stripe-pay-server keeps one and loses the event.",
        advice: "Compare with each `v1` in the header.",
        plan: Plan::Accepted(|loops| {
            let mut both = |is_first| {
                let body = loops.charge().to_string();
                let t = now().to_string();
                let right = loops.digest(body.as_bytes(), &t);
                let other = loops.signed_with(OTHER_SECRET.as_bytes(), body.clone());
                let other = digest_of(&other);
                let (first, second) = if is_first {
                    (&right, &other)
                } else {
                    (&other, &right)
                };
                Delivery::new(vec![line(&format!("t={t},v1={first},v1={second}"))], body).charge()
            };
            vec![
                both(true).labelled("the first `v1`"),
                both(false).labelled("the second `v1`"),
            ]
        }),
    },
    Check {
        name: "rotation-forged",
        sent: "two `v1`, both of other secrets",
        why: "More digests must not mean that one of them is not compared.",
        advice: "Compare with each `v1` in the header.",
        plan: Plan::Rejected(|loops| {
            let body = loops.charge().to_string();
            let one = digest_of(&loops.signed_with(OTHER_SECRET.as_bytes(), body.clone()));
            let two = digest_of(&loops.signed_with(b"whsec_and_another", body.clone()));
            vec![Delivery::new(
                vec![line(&format!("t={},v1={one},v1={two}", now()))],
                body,
            )]
        }),
    },
];
