//! Events without an object of the expected shape: an `ObjectError` with the path, and an event all
//! the same.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use tower_loops::{Charge, Invoice, ObjectError, Reference, VerifiedEvent};

use crate::{event, receive};

const TYPES: [&str; 5] = [
    "charge.succeeded",
    "checkout.session.completed",
    "customer.subscription.created",
    "invoice.payment_succeeded",
    "payout.paid",
];

fn event_with(event_type: &str, rest: &str) -> VerifiedEvent {
    receive(format!(r#"{{"id":"e","type":"{event_type}"{rest}}}"#)).expect("an event")
}

fn path<T: std::fmt::Debug>(result: Result<T, ObjectError>) -> String {
    match result {
        Err(ObjectError::Unexpected { path, .. }) => path,
        other => panic!("{other:?}"),
    }
}

#[test]
fn only_a_json_object_is_an_object() {
    for event_type in TYPES {
        for value in ["\"MARK\"", "7", "true", "[]", "[\"ch_1\",1999]"] {
            let object = event(event_type, value).object();
            assert_eq!(path(object), "data.object", "{value}");
            let event = event_with(event_type, &format!(r#","data":{value}"#));
            assert_eq!(path(event.object()), "data", "{value}");
        }
        let last = r#","data":{"object":{}},"data":null"#;
        for rest in [
            "",
            r#","data":null"#,
            r#","data":{}"#,
            r#","data":{"object":null}"#,
            last,
        ] {
            let event = event_with(event_type, rest);
            assert_eq!(
                event.data(),
                Err(ObjectError::Missing),
                "{event_type} {rest}"
            );
            assert_eq!(
                event.object(),
                Err(ObjectError::Missing),
                "{event_type} {rest}"
            );
            let own = event.object_as::<Value>();
            assert_eq!(own, Err(ObjectError::Missing), "{event_type} {rest}");
        }
    }
}

#[test]
fn an_error_shows_the_path_and_nothing_else() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "none is ever read")]
    struct Own {
        amount: Option<u8>,
        lines: Option<Vec<Own>>,
        metadata: Option<HashMap<String, u8>>,
        people: Option<HashMap<String, Own>>,
        needed: u8,
    }
    for (object, expected) in [
        (r#"{"amount":"MARK"}"#, "data.object.amount"),
        (r#"{"amount":256}"#, "data.object.amount"),
        (r#"{"amount": {"MARK":1}}"#, "data.object.amount"),
        (
            "{\n \"x\":\"é\",\n \"amount\"\n :true}",
            "data.object.amount",
        ),
        (r#"{"amount":1,"amount":2}"#, "data.object.amount"),
        (
            r#"{"lines":[{"needed":1},{"needed":[]}]}"#,
            "data.object.lines[1].needed",
        ),
        (r#"{"lines":[{}]}"#, "data.object.lines[0]"),
        (r#"{"metadata":{"MARK":"x"}}"#, "data.object.metadata.*"),
        (
            r#"{"people":{"a@MARK.example":{"needed":"x"}}}"#,
            "data.object.people.*.needed",
        ),
        (
            r#"{"people":{"cus_9s6X":{"needed":"x"}}}"#,
            "data.object.people.*.needed",
        ),
        ("{}", "data.object"),
        (r#""MARK""#, "data.object"),
    ] {
        let error = event("charge.succeeded", object)
            .object_as::<Own>()
            .unwrap_err();
        let shown = format!("{error:?}{error}");
        assert!(
            error.to_string().starts_with(expected) && !shown.contains("MARK"),
            "{shown}"
        );
        assert_eq!(path(Err::<(), _>(error)), expected, "{object}");
    }
    assert_eq!(
        ObjectError::Missing.to_string(),
        "the event has no data.object"
    );
}

#[test]
fn an_unknown_object_beyond_the_bounds_of_a_value_is_an_error() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for (value, within) in [("1e999", "x"), (deep.as_str(), "x[0]")] {
        let event = event("payout.paid", &format!(r#"{{"x":{value}}}"#));
        for path in [path(event.object()), path(event.object_as::<Value>())] {
            assert!(path.starts_with(&format!("data.object.{within}")), "{path}");
            assert!(path.len() < 100, "{path}");
        }
    }
}

#[test]
fn objects_deserialize_by_themselves_unless_they_are_of_another_kind() {
    let invoice = event("charge.succeeded", r#"{"id":"in_1","object":"invoice"}"#);
    assert!(invoice.object_as::<Charge>().is_err());
    assert_eq!(
        invoice.object_as::<Invoice>().unwrap().id.as_deref(),
        Some("in_1")
    );
    for value in [json!({}), json!({"object": null}), json!({"object": 7})] {
        assert!(serde_json::from_value::<Charge>(value).is_ok());
    }
    let errors = [
        (
            serde_json::from_str::<Charge>("[]").unwrap_err(),
            "expected an object",
        ),
        (
            serde_json::from_str::<Reference>("true").unwrap_err(),
            "expected an id or an object with one",
        ),
    ];
    for (error, expected) in errors {
        assert!(error.to_string().contains(expected), "{error}");
    }
}
