//! `body`: the raw bytes are verified.

use std::sync::Arc;

use serde_json::json;
use tokio::sync::Barrier;

use crate::{
    check::{Check, Plan},
    delivery::{Delivery, Payload},
    loops::Loops,
};

const RAW: &str = "Compute the HMAC over the raw bytes, before any parser or decoder touches them.";

pub(super) const CHECKS: &[Check] = &[
    Check {
        name: "non-ascii",
        sent: "a customer's name and text beyond ASCII: ë, e with a combining accent, 日本, an emoji",
        why: "A body that is decoded as Latin-1, normalised or escaped again has another HMAC (octokit/webhooks.js#1155).",
        advice: RAW,
        plan: Plan::Accepted(|loops| {
            let event = loops.charge_with(&json!({
                "description": "Crème brûlée für zwei, cafe\u{301}, 日本語 😀",
                "billing_details": {"name": "Zoë Łukasiewicz 김", "email": "zoe@example.com"},
            }));
            vec![loops.genuine(event.to_string()).charge()]
        }),
    },
    Check {
        name: "escapes",
        sent: "such text as \\u escapes, and slashes as \\/",
        why: "PHP and Python senders escape; the guide: verify the raw body, not the parsed JSON.",
        advice: RAW,
        plan: Plan::Accepted(|loops| {
            let event = loops.charge_with(&json!({"description": "Zoë 😀 <a/b>"}));
            vec![loops.genuine(escaped(&event.to_string())).charge()]
        }),
    },
    Check {
        name: "white-space",
        sent: "indented JSON, with tabs, and with CRLF",
        why: "Serialising the parsed body drops white space, and with it the signature of a genuine event.",
        advice: RAW,
        plan: Plan::Accepted(|loops| {
            let indent = |text: String| {
                let value = serde_json::from_str::<serde_json::Value>(&text);
                value.map_or(text, |value| format!("{value:#}"))
            };
            vec![
                written(loops, indent).labelled("indented JSON"),
                written(loops, |text| indent(text).replace("  ", "\t")).labelled("tabs"),
                written(loops, |text| indent(text).replace('\n', "\r\n")).labelled("CRLF"),
            ]
        }),
    },
    Check {
        name: "ends",
        sent: "line breaks and spaces before and after the JSON",
        why: "A body that is trimmed, or loses its last line break as with curl -d @file, has another HMAC.",
        advice: RAW,
        plan: Plan::Accepted(|loops| {
            vec![
                written(loops, |text| text + "\n").labelled("a line break at the end"),
                written(loops, |text| text + "\r\n").labelled("CRLF at the end"),
                written(loops, |text| format!(" \n{text} ")).labelled("white space around"),
            ]
        }),
    },
    Check {
        name: "numbers",
        sent: "numbers as 1.50, 1E2, -0 and 12345678901234567890",
        why: "Parsing and printing changes how numbers are written: 1.50 becomes 1.5.",
        advice: RAW,
        plan: Plan::Accepted(|loops| {
            let numbers = r#""object":"charge","application_fee":{"rate":1.50,"factor":1E2,"zero":-0,"large":12345678901234567890}"#;
            vec![written(loops, |text| {
                text.replacen(r#""object":"charge""#, numbers, 1)
            })]
        }),
    },
    Check {
        name: "key-order",
        sent: "members in unusual order, and keys that are numbers",
        why: "JavaScript moves keys that are numbers to the front, other serialisers sort: the HMAC is another.",
        advice: RAW,
        plan: Plan::Accepted(|loops| {
            let event = loops.charge();
            let data = event["data"].to_string();
            let data = data.replacen(
                r#""metadata":{"#,
                r#""metadata":{"zone":"a","10":"b","9":"c","#,
                1,
            );
            let body = format!(
                r#"{{"type":{},"livemode":true,"id":{},"data":{data},"created":{}}}"#,
                event["type"], event["id"], event["created"]
            );
            vec![loops.genuine(body).charge()]
        }),
    },
    Check {
        name: "long-and-in-pieces",
        sent: "an event of 34 kB, whose last byte comes a second later",
        why: "Read a body until its end: the first piece of a large or slow one is incomplete.",
        advice: "Read the whole body, up to the limit, before you verify it.",
        plan: Plan::Accepted(|loops| vec![long(loops)]),
    },
    Check {
        name: "reserialised",
        sent: "an event printed differently than it was signed",
        why: "A receiver that verifies its own print accepts bytes that Loops did not sign.",
        advice: RAW,
        plan: Plan::Rejected(|loops| {
            let event = loops.charge();
            let signed = loops.genuine(event.to_string());
            vec![Delivery::new(signed.signatures, format!("{event:#}"))]
        }),
    },
    Check {
        name: "line-break-added",
        sent: "a line break after the signed body",
        why: "A receiver that trims the body verifies other bytes than it was sent.",
        advice: RAW,
        plan: Plan::Rejected(|loops| vec![resent(loops, |body| [&body, &b"\n"[..]].concat())]),
    },
    Check {
        name: "bom-added",
        sent: "a byte-order mark before the signed body",
        why: "Text decoders drop it, as request.text() of the guide's Next.js sample does: other bytes pass.",
        advice: RAW,
        plan: Plan::Rejected(|loops| {
            vec![resent(loops, |body| [&b"\xef\xbb\xbf"[..], &body].concat())]
        }),
    },
    Check {
        name: "not-utf-8",
        sent: "bytes that are not UTF-8 in a signed body: for U+FFFD, and added",
        why: "Decoders replace or drop bad bytes: in three of the guide's samples other bytes pass.",
        advice: RAW,
        plan: Plan::Rejected(|loops| {
            let mut with = |bytes: &[u8]| {
                let event = loops.charge_with(&json!({"description": "\u{fffd}"}));
                let body = event.to_string();
                let (before, after) = body.split_once('\u{fffd}').unwrap_or((&body, ""));
                let sent = [before.as_bytes(), bytes, after.as_bytes()].concat();
                Delivery::new(loops.genuine(body.clone()).signatures, sent)
            };
            vec![
                with(b"\xff").labelled("a bad byte for U+FFFD"),
                with(b"\xef\xbf\xbd\xff").labelled("a bad byte that was added"),
            ]
        }),
    },
];

/// A charge in other bytes, which are signed.
fn written(loops: &mut Loops, write: impl FnOnce(String) -> String) -> Delivery {
    let body = write(loops.charge().to_string());
    loops.genuine(body).charge()
}

/// A long charge that is held back before its end, as nothing else comes to the barrier.
fn long(loops: &mut Loops) -> Delivery {
    let mut event = loops.charge();
    for at in 0..64 {
        let note = "long ".repeat(100);
        event["data"]["object"]["metadata"][format!("note_{at}")] = note.into();
    }
    let body = event.to_string();
    let held = Payload::Held(body.clone().into(), Arc::new(Barrier::new(2)));
    loops.genuine(body).charge().with_body(held)
}

/// A charge whose bytes are changed after they were signed.
fn resent(loops: &mut Loops, change: impl FnOnce(Vec<u8>) -> Vec<u8>) -> Delivery {
    let body = loops.charge().to_string();
    let signed = loops.genuine(body.clone());
    Delivery::new(signed.signatures, change(body.into_bytes()))
}

/// JSON in ASCII: everything else as UTF-16 escapes.
fn escaped(json: &str) -> String {
    let mut text = String::new();
    for char in json.chars() {
        match char {
            '/' => text += "\\/",
            _ if char.is_ascii() => text.push(char),
            _ => {
                for unit in char.encode_utf16(&mut [0; 2]) {
                    text += &format!("\\u{unit:04x}");
                }
            }
        }
    }
    text
}
