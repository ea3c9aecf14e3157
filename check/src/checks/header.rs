//! `header`: there is one signature header, and it has one meaning.

use http::HeaderValue;

use crate::{
    check::{Check, Plan},
    delivery::Delivery,
    endpoint::BoxFuture,
    finding::Found,
    loops::{Loops, line, now},
    run::Run,
};

const ONE_LINE: &str =
    "Reject a request with more than one signature header, or a joined one with more than one `t`.";
const ONE_T: &str =
    "Reject a header with more than one `t`, and use one parse of it for age and HMAC.";
const GRAMMAR: &str =
    "Parse the header by its whole grammar before anything else, and answer 400 to the rest.";

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "missing",
        sent: "an event without the signature header",
        why: "The first request of every scanner has none; the guide's samples call split() on what is not there.",
        advice: "Answer 400 if there is no X-Loops-Signature.",
        plan: Plan::Rejected(|loops| {
            let body = loops.charge().to_string();
            vec![Delivery::new(Vec::new(), body)]
        }),
    },
    Check {
        name: "empty",
        sent: "an empty signature header",
        why: "An empty text is false in many languages: a test for its absence passes it on, or skips the check.",
        advice: GRAMMAR,
        plan: Plan::Rejected(|loops| vec![with_header(loops, "")]),
    },
    Check {
        name: "two-lines-right-first",
        sent: "two header lines: the right one, then a forged one",
        why: "A proxy that reads the last line and a server that reads the first disagree on what was verified.",
        advice: ONE_LINE,
        plan: Plan::Rejected(|loops| vec![two_lines(loops, true)]),
    },
    Check {
        name: "two-lines-forged-first",
        sent: "two header lines: a forged one, then the right one",
        why: "A proxy that reads the first line and a server that reads the last disagree on what was verified.",
        advice: ONE_LINE,
        plan: Plan::Rejected(|loops| vec![two_lines(loops, false)]),
    },
    Check {
        name: "two-t-fresh-first",
        sent: "two `t`, the signed one first, a stale one last",
        why: "Of two `t`, JavaScript's find takes the first: who reads the last sees another time.",
        advice: ONE_T,
        plan: Plan::Rejected(|loops| vec![two_times(loops, |now, old| [now, old], |now, _| now)]),
    },
    Check {
        name: "two-t-fresh-last",
        sent: "two `t`, a stale one first, the signed one last",
        why: "Of two `t`, Python's dict and PHP's array keep the last: who reads the first sees another time.",
        advice: ONE_T,
        plan: Plan::Rejected(|loops| vec![two_times(loops, |now, old| [old, now], |now, _| now)]),
    },
    Check {
        name: "two-t-stale-signed",
        sent: "a stale signature with a fresh `t` added, before and after",
        why: "If the age is taken from one `t` and the HMAC from the other, a captured delivery never grows old.",
        advice: ONE_T,
        plan: Plan::Rejected(|loops| {
            vec![
                two_times(loops, |now, old| [now, old], |_, old| old)
                    .labelled("the fresh `t` first"),
                two_times(loops, |now, old| [old, now], |_, old| old)
                    .labelled("the fresh `t` last"),
            ]
        }),
    },
    Check {
        name: "boundary-shift",
        sent: "the beginning of the signed body moved into `t`",
        why: "The signed text stays the same: three of the guide's four samples take this signature for a genuine one.",
        advice: "Accept `t` only if it matches ^[0-9]+$.",
        plan: Plan::Rejected(|loops| {
            let event = loops.charge().to_string();
            let t = now().to_string();
            // Signed is `t.{"note":"moved"}.{event}`.
            let moved = format!("{t}.{{\"note\":\"moved\"}}");
            let whole = loops
                .signed_text(event, &moved)
                .labelled("an event after the dot");
            let signed =
                loops
                    .charge()
                    .to_string()
                    .replacen('{', r#"{"type":"charge.succeeded","#, 1);
            let digest = loops.digest(signed.as_bytes(), &t);
            let (begin, rest) = signed.split_once('.').unwrap_or((&signed, ""));
            let header = line(&format!("t={t}.{begin},v1={digest}"));
            vec![
                whole,
                Delivery::new(vec![header], rest.to_owned()).labelled("a cut event"),
            ]
        }),
    },
    Check {
        name: "no-t",
        sent: "the digest alone, without `t`",
        why: "A missing time must not be the time zero, undefined, or no test at all.",
        advice: GRAMMAR,
        plan: Plan::Rejected(|loops| {
            let mut under = |t: &str, header: fn(String) -> String| {
                let body = loops.charge().to_string();
                let digest = loops.digest(body.as_bytes(), t);
                Delivery::new(vec![line(&header(digest))], body)
            };
            let t = now().to_string();
            let mut all = vec![
                under(&t, |digest| format!("v1={digest}")).labelled("v1 alone"),
                under(&t, |digest| digest).labelled("the bare digest"),
            ];
            for (t, label) in [
                ("undefined", "signed with undefined for t"),
                ("None", "signed with None for t"),
                ("null", "signed with null for t"),
                ("", "signed with an empty t"),
            ] {
                all.push(under(t, |digest| format!("v1={digest}")).labelled(label));
            }
            all
        }),
    },
    Check {
        name: "no-v1",
        sent: "the time alone, without `v1`",
        why: "What is not there must not equal anything: undefined, None and null compare in surprising ways.",
        advice: GRAMMAR,
        plan: Plan::Rejected(|loops| {
            let t = now();
            vec![
                with_header(loops, &format!("t={t}")).labelled("t alone"),
                with_header(loops, &format!("t={t},v1")).labelled("v1 without ="),
            ]
        }),
    },
    Check {
        name: "malformed",
        sent: "headers of garbage; then a genuine event",
        why: "Garbage is what every scanner sends: a crash or an endless loop stops the receiver for Loops as well.",
        advice: GRAMMAR,
        plan: Plan::Own {
            expected: "4xx to each, then 2xx to the event",
            run: malformed,
        },
    },
];

fn malformed(run: &mut Run) -> BoxFuture<'_, Found> {
    Box::pin(async {
        let got = run.each(with_garbage, false).await?;
        let body = run.loops.charge().to_string();
        let genuine = run.loops.genuine(body).charge();
        let after = run.accepts(genuine).await;
        let after = after.map_err(|finding| finding.to("a genuine event after them"))?;
        Ok(format!("{got}; then {after}"))
    })
}

/// An event with each of the headers of garbage.
pub(super) fn with_garbage(loops: &mut Loops) -> Vec<Delivery> {
    let garbage = garbage().into_iter();
    let delivery = |(label, header)| {
        let body = loops.charge().to_string();
        Delivery::new(vec![header], body).labelled(label)
    };
    garbage.map(delivery).collect()
}

/// Headers that no grammar accepts.
fn garbage() -> Vec<(&'static str, HeaderValue)> {
    let bytes =
        |bytes: &[u8]| HeaderValue::from_bytes(bytes).unwrap_or(HeaderValue::from_static(""));
    let t = now();
    let zeros = "0".repeat(64);
    vec![
        ("garbage", line("garbage")),
        ("=", line("=")),
        ("commas", line(&",".repeat(200))),
        ("t=,v1=", line("t=,v1=")),
        ("t==,v1==", line(&format!("t=={t},v1=={zeros}"))),
        ("semicolons", line(&format!("t={t};v1={zeros}"))),
        ("JSON", line(&format!(r#"{{"t":{t},"v1":"{zeros}"}}"#))),
        (
            "__proto__",
            line(&format!("__proto__=1,constructor=1,t={t},v1=__proto__")),
        ),
        ("%00 and %s", line(&format!("t={t},v1=%00%s%n{zeros}"))),
        (
            "bytes beyond ASCII",
            bytes(&[b"t=", t.to_string().as_bytes(), b",v1=\xff\xfe\xc3\x28"].concat()),
        ),
        // Digits to Unicode, and to Python's isdigit(), but not to int().
        ("t=²¹ in Latin-1", bytes(b"t=\xb2\xb9\xb3,v1=00")),
        (
            "a digest in UTF-8",
            bytes(format!("t={t},v1={}", "é".repeat(32)).as_bytes()),
        ),
    ]
}

fn with_header(loops: &mut Loops, header: &str) -> Delivery {
    let body = loops.charge().to_string();
    Delivery::new(vec![line(header)], body)
}

fn two_lines(loops: &mut Loops, is_right_first: bool) -> Delivery {
    let body = loops.charge().to_string();
    let mut delivery = loops.genuine(body);
    let forged = line(&format!("t={},v1={}", now(), "0".repeat(64)));
    let at = usize::from(is_right_first);
    delivery.signatures.insert(at, forged);
    delivery
}

type Times = fn(String, String) -> [String; 2];

/// A header with a fresh and a stale `t` in this order, signed under one of them.
fn two_times(loops: &mut Loops, order: Times, signed: fn(String, String) -> String) -> Delivery {
    let (fresh, stale) = (now().to_string(), (now() - 600).to_string());
    let body = loops.charge().to_string();
    let digest = loops.digest(body.as_bytes(), &signed(fresh.clone(), stale.clone()));
    let [first, last] = order(fresh, stale);
    Delivery::new(vec![line(&format!("t={first},t={last},v1={digest}"))], body)
}
