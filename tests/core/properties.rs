//! What holds for any secret, time, header and body.

use std::time::Duration;

use bytes::Bytes;
use proptest::{collection::vec, prelude::*, sample::Index};
use serde_json::{Number, Value, json};
use tower_loops::{Signer, Verifier};

use crate::{NOW, at, json::is_event_to_serde_json, outcome, receive, secret, verify};

pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn any_secret() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 1..200)
}

fn any_json() -> impl Strategy<Value = Value> {
    let text = prop_oneof![any::<String>(), "[ -~]{0,20}", "[\"\\\\/\u{0}-\u{1f}]{0,4}"];
    let number = prop_oneof![
        any::<i64>().prop_map(Number::from),
        any::<u64>().prop_map(Number::from),
        any::<f64>().prop_filter_map("JSON has no such number", Number::from_f64),
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        number.prop_map(Value::from),
        text.clone().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, move |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(Value::from),
            vec((text.clone(), inner), 0..6)
                .prop_map(|pairs| Value::Object(pairs.into_iter().collect())),
        ]
    })
}

/// An event with any strings and any data.
fn any_event() -> impl Strategy<Value = (String, String, String)> {
    (any::<String>(), any::<String>(), any_json(), any::<bool>()).prop_map(
        |(id, event_type, data, pretty)| {
            let body = json!({"data": data, "id": id, "type": event_type});
            let text = if pretty {
                serde_json::to_string_pretty(&body)
            } else {
                serde_json::to_string(&body)
            };
            (text.expect("a value is JSON"), id, event_type)
        },
    )
}

/// The value as JSON text, with white space of the given kinds wherever there may be some.
fn spaced(value: &Value, spaces: &mut impl Iterator<Item = String>) -> String {
    let mut gap = || spaces.next().expect("there is no end of spaces");
    let (before, after) = (gap(), gap());
    let text = match value {
        Value::Array(items) => {
            let items: Vec<_> = items.iter().map(|item| spaced(item, spaces)).collect();
            format!(
                "[{}]",
                if items.is_empty() {
                    after.clone()
                } else {
                    items.join(",")
                }
            )
        }
        Value::Object(members) => {
            let members: Vec<_> = members
                .iter()
                .map(|(key, value)| {
                    format!("{}:{}", spaced(&json!(key), spaces), spaced(value, spaces))
                })
                .collect();
            format!(
                "{{{}}}",
                if members.is_empty() {
                    after.clone()
                } else {
                    members.join(",")
                }
            )
        }
        leaf => leaf.to_string(),
    };
    format!("{before}{text}{after}")
}

/// Elements of headers, whole and broken, in any order.
fn almost_a_header() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        Just(format!("t={NOW}")),
        Just(format!("v1={}", "ab".repeat(32))),
        "(t|v1|v0|T)?=?[0-9a-fA-F]{0,70}",
        "[ \t,=]{0,3}",
        any::<String>(),
    ];
    vec((piece, prop_oneof![4 => Just(","), 1 => Just("")]), 0..8)
        .prop_map(|pieces| {
            pieces
                .into_iter()
                .map(|(piece, end)| piece + end)
                .collect::<String>()
        })
        .prop_map(String::into_bytes)
}

proptest! {
    #![proptest_config(config(192))]

    #[test]
    fn what_is_signed_verifies_however_it_is_cut(
        key in any_secret(),
        (body, id, event_type) in any_event(),
        signed in 0_u64..1 << 40,
        nanos in 0_u32..1_000_000_000,
        drift in -300_i64..=300,
        cuts in vec(any::<Index>(), 0..8),
    ) {
        let signer = Signer::new(secret(key.clone()));
        let header = signer.sign(body.as_bytes(), at(signed) + Duration::from_nanos(nanos.into()));
        let now = at(signed.saturating_add_signed(drift)) + Duration::from_nanos(nanos.into());
        let verifier = Verifier::new(secret(key));
        let mut cuts: Vec<_> = cuts.iter().map(|cut| cut.index(body.len() + 1)).collect();
        cuts.extend([0, body.len()]);
        cuts.sort_unstable();
        let mut verification = verifier.begin(header.as_bytes(), now).unwrap();
        for pair in cuts.windows(2) {
            verification.update(&body.as_bytes()[pair[0]..pair[1]]);
        }
        let whole = verifier.verify(header.as_bytes(), Bytes::from(body.clone()), now);
        for event in [verification.finish(), whole] {
            let event = event.unwrap();
            prop_assert_eq!(event.payload(), body.as_bytes());
            prop_assert_eq!(event.id(), &id);
            prop_assert_eq!(event.event_type().as_str(), &event_type);
            prop_assert_eq!(event.signed_at(), at(signed));
        }
    }

    #[test]
    fn any_change_of_one_byte_is_refused(
        key in any_secret(),
        (body, ..) in any_event(),
        place in any::<Index>(),
        mask in 1_u8..,
    ) {
        let header = Signer::new(secret(key.clone())).sign(body.as_bytes(), at(NOW));
        let check = |key: &[u8], header: &[u8], body: &[u8]| {
            let verifier = Verifier::new(secret(key)).with_tolerance(Duration::MAX);
            verifier.verify(header, Bytes::copy_from_slice(body), at(NOW))
        };
        let changed = |bytes: &[u8]| {
            let mut bytes = bytes.to_vec();
            let place = place.index(bytes.len());
            bytes[place] ^= mask;
            bytes
        };
        let header = header.as_bytes();
        prop_assert!(check(&key, header, body.as_bytes()).is_ok());

        let refused = |result| outcome(&result) == "Invalid signature";
        prop_assert!(refused(check(&changed(&key), header, body.as_bytes())));
        prop_assert!(refused(check(&key, header, &changed(body.as_bytes()))));
        prop_assert!(refused(check(&key, header, &[body.as_bytes(), &[mask]].concat())));
        prop_assert!(refused(check(&key, header, &body.as_bytes()[1..])));
        // The case of hex digits means nothing.
        let other = changed(header);
        if !other.eq_ignore_ascii_case(header) || !other.starts_with(b"t=") {
            prop_assert!(check(&key, &other, body.as_bytes()).is_err(), "{}", other.escape_ascii());
        }
    }

    #[test]
    fn any_json_passes_as_data_whatever_its_spaces(
        data in any_json(),
        spaces in vec("[ \t\r\n]{0,3}", 1..20),
    ) {
        let mut endless = spaces.into_iter().cycle();
        let body = spaced(&json!({"id": "e", "type": "t", "data": data}), &mut endless);
        let event = receive(&body).unwrap();
        prop_assert_eq!(event.id(), "e");
        prop_assert_eq!(event.payload(), body.as_bytes());
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn bytes_that_nobody_signed_are_never_accepted(
        header in prop_oneof![vec(any::<u8>(), 0..200), almost_a_header()],
        body in prop_oneof![
            vec(any::<u8>(), 0..200),
            any_event().prop_map(|(body, ..)| body.into_bytes()),
        ],
    ) {
        prop_assert!(verify(header, body).is_err());
    }

    #[test]
    fn a_changed_text_is_json_exactly_where_it_is_to_serde_json(
        (body, ..) in any_event(),
        place in any::<Index>(),
        byte in prop_oneof![
            any::<u8>(),
            proptest::sample::select(&b"{}[]\",:\\ 0123456789.eE+-tfnu\n\t/'"[..]),
        ],
        insert in any::<bool>(),
    ) {
        let mut text = body.into_bytes();
        let place = place.index(text.len());
        if insert {
            text.insert(place, byte);
        } else {
            text[place] = byte;
        }
        let expected = is_event_to_serde_json(&text);
        prop_assert_eq!(receive(&text).is_ok(), expected, "{}", text.escape_ascii());
    }

    #[test]
    fn any_signed_bytes_are_json_exactly_where_they_are_to_serde_json(
        text in prop_oneof![
            vec(any::<u8>(), 0..40),
            r#"[\[\]{}",:\\0-9.eE+\-tfnrulas ]{0,12}"#.prop_map(String::into_bytes),
            r#"([\[{]|"a":|[0-9],|[\]}])*"#.prop_map(String::into_bytes),
            "-?[0-9.eE+\\-]{1,6}".prop_map(String::into_bytes),
            r#""(\\[a-fnrtu0-9"\\/]|[a-z0-9]){0,12}""#.prop_map(String::into_bytes),
        ],
    ) {
        let text = [&br#"{"id":"e","type":"t","x":"#[..], &text, b"}"].concat();
        let expected = is_event_to_serde_json(&text);
        prop_assert_eq!(receive(&text).is_ok(), expected, "{}", text.escape_ascii());
    }
}
