//! Events without an object of the expected shape: an `ObjectError` with the path, and an event all
//! the same.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use tower_loops::{Charge, Invoice, ObjectError, Reference, VerifiedEvent};

use crate::{event, known::OBJECTS, receive};

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
    let types = OBJECTS.iter().map(|(event_type, _)| *event_type);
    for event_type in types.chain(["payout.paid"]) {
        for value in ["\"MARK\"", "7", "true", "[]", "[\"ch_1\",1999]"] {
            let object = event(event_type, value).object();
            assert_eq!(path(object), "data.object", "{value}");
            let event = event_with(event_type, &format!(r#","data":{value}"#));
            assert_eq!(path(event.object()), "data", "{value}");
        }
        let missing =
            r#"|,"data":null|,"data":{}|,"data":{"object":null}|,"data":{"object":{}},"data":null"#;
        for rest in missing.split('|') {
            let event = event_with(event_type, rest);
            let [data, object] = [event.data().map(drop), event.object().map(drop)];
            for result in [data, object, event.object_as::<Value>().map(drop)] {
                assert_eq!(result, Err(ObjectError::Missing), "{event_type} {rest}");
            }
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
    let table = r#"
        data.object.amount {"amount":"MARK"}
        data.object.amount {"amount":256}
        data.object.amount {"amount": {"MARK":1}}
        data.object.amount {$ "x":"é",$ "amount"$ :true}
        data.object.amount {"amount":1,"amount":2}
        data.object.lines[1].needed {"lines":[{"needed":1},{"needed":[]}]}
        data.object.lines[0] {"lines":[{}]}
        data.object.metadata.* {"metadata":{"MARK":"x"}}
        data.object.people.*.needed {"people":{"a@MARK.example":{"needed":"x"}}}
        data.object.people.*.needed {"people":{"cus_9s6X":{"needed":"x"}}}
        data.object {}
        data.object "MARK"
    "#;
    for row in table.trim().lines() {
        let (expected, object) = row.trim().split_once(' ').expect("a row");
        let object = &object.replace('$', "\n");
        let event = event("charge.succeeded", object);
        let error = event.object_as::<Own>().unwrap_err();
        let shown = format!("{error:?}{error}");
        assert!(error.to_string().starts_with(expected), "{shown}");
        assert!(!shown.contains("MARK"), "{shown}");
        assert_eq!(path(Err::<(), _>(error)), expected, "{object}");
    }
    let seen = ObjectError::Missing.to_string();
    assert_eq!(seen, "the event has no data.object");
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
    let invoice: Invoice = invoice.object_as().unwrap();
    assert_eq!(invoice.id.as_deref(), Some("in_1"));
    for value in [json!({}), json!({"object": null}), json!({"object": 7})] {
        assert!(serde_json::from_value::<Charge>(value).is_ok());
    }
    let charge = serde_json::from_str::<Charge>("[]").map(drop);
    let reference = serde_json::from_str::<Reference>("true").map(drop);
    let expected = [(charge, "an object"), (reference, "an id or an object")];
    for (result, expected) in expected {
        let error = result.unwrap_err().to_string();
        assert!(error.contains(&format!("expected {expected}")), "{error}");
    }
}
