//! Values that the property tests choose at random.

use bytes::Bytes;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;
use testkit::delivery::NOW;

use crate::known::OBJECTS;

pub(crate) fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

pub(crate) fn any_secret() -> impl Strategy<Value = Vec<u8>> {
    vec(any::<u8>(), 1..200)
}

/// JSON text of any kind: unusual numbers, lone surrogates, known keys and white space among it.
pub(crate) fn json_text() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        Just("true".to_owned()),
        r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,3})?([eE][+-]?[0-9]{1,3})?",
        string(),
        any::<String>().prop_map(|text| json!(text).to_string()),
    ];
    let value = leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(|items| format!("[{}]", items.join(","))),
            members(inner).prop_map(|members| format!("{{{members}}}")),
        ]
    });
    ("[ \t\r\n]{0,3}", value).prop_map(|(space, value)| format!("{space}{value}{space}"))
}

fn string() -> impl Strategy<Value = String> {
    r#""([a-z ]|é|\\u[dD][89a-fA-F][0-9a-f]{2}|\\[n"\\/]){0,5}""#
}

/// The members of an object, without its braces.
pub(crate) fn members(value: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    let known = OBJECTS.iter().flat_map(|(_, keys)| keys.split(' '));
    let nested = "data price plan period pricing product end".split(' ');
    let keys: Vec<String> = known.chain(nested).map(|key| format!("{key:?}")).collect();
    let key = prop_oneof![string(), select(keys)];
    let member =
        (key, "[ \n]?", value).prop_map(|(key, space, value)| format!("{key}{space}:{value}"));
    vec(member, 0..6).prop_map(|members| members.join(","))
}

/// The body of an event with any strings and data, and its id and type.
pub(crate) fn any_event() -> impl Strategy<Value = (String, String, String)> {
    (any::<String>(), any::<String>(), json_text()).prop_map(|(id, event_type, data)| {
        let [id_text, type_text] = [&id, &event_type].map(|text| json!(text));
        let body = format!(r#"{{"data":{data},"id":{id_text},"type":{type_text}}}"#);
        (body, id, event_type)
    })
}

/// Elements of signature headers, whole and broken, in any order.
pub(crate) fn almost_a_header() -> impl Strategy<Value = Bytes> {
    let piece = prop_oneof![
        Just(format!("t={NOW}")),
        Just(format!("v1={}", "ab".repeat(32))),
        "(t|v1|v0|T)?=?[0-9a-fA-F]{0,70}",
        "[ \t,=]{0,3}",
        any::<String>(),
    ];
    let separator = prop_oneof![4 => Just(","), 1 => Just("")];
    let element = (piece, separator).prop_map(|(piece, separator)| piece + separator);
    vec(element, 0..8).prop_map(|elements| elements.concat().into())
}
