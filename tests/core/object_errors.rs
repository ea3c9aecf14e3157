//! Events without an object of the expected shape: an `ObjectError` that names the path, and an event
//! all the same.

use std::collections::HashMap;

use serde::Deserialize;
use serde_json::{Value, json};
use tower_loops::{Charge, Invoice, ObjectError, Reference};

use crate::receive;

const TYPES: [&str; 8] = [
    "charge.succeeded",
    "charge.refunded",
    "checkout.session.completed",
    "customer.subscription.created",
    "customer.subscription.deleted",
    "invoice.payment_succeeded",
    "invoice.payment_failed",
    "payout.paid",
];

/// The path in the error of reading this `data` as the object of an event of this type.
fn path(event_type: &str, data: &Value) -> String {
    let body = json!({"id": "e", "type": event_type, "data": data}).to_string();
    let event = receive(&body).expect("the body is an event");
    match event.object() {
        Err(ObjectError::Unexpected { path, .. }) => path,
        other => panic!("{body}: {other:?}"),
    }
}

#[test]
fn only_an_object_is_an_object() {
    for event_type in TYPES {
        for value in [
            json!("MARK"),
            json!(7),
            json!(true),
            json!([]),
            json!(["ch_1", 1999]),
        ] {
            assert_eq!(
                path(event_type, &json!({"object": value})),
                "data.object",
                "{value}"
            );
            assert_eq!(path(event_type, &value), "data", "{value}");
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
    let rows = [
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
        ("[]", "data.object"),
        (r#""MARK""#, "data.object"),
    ];
    for (object, expected) in rows {
        let body = format!(r#"{{"id":"e","type":"t","data":{{"object":{object}}}}}"#);
        let error = receive(body).unwrap().object_as::<Own>().unwrap_err();
        let ObjectError::Unexpected { path, .. } = &error else {
            panic!("{object}: {error:?}");
        };
        assert_eq!(path, expected, "{object}");
        assert!(!format!("{error:?}{error}").contains("MARK"), "{error:?}");
        assert!(error.to_string().starts_with(expected), "{error}");
    }
    let text = ObjectError::Missing.to_string();
    assert_eq!(text, "the event has no data.object");
}

#[test]
fn an_unknown_object_is_no_value_beyond_the_bounds_of_one() {
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    for (value, within) in [("1e999", "x"), (deep.as_str(), "x[0]")] {
        let body =
            format!(r#"{{"id":"e","type":"payout.paid","data":{{"object":{{"x":{value}}}}}}}"#);
        let event = receive(&body).unwrap();
        let results = [event.object().err(), event.object_as::<Value>().err()];
        for error in results {
            let Some(ObjectError::Unexpected { path, .. }) = error else {
                panic!("{body}: {error:?}");
            };
            assert!(path.starts_with(&format!("data.object.{within}")), "{path}");
            assert!(path.len() < 100, "{path}");
        }
        assert_eq!(event.payload(), body.as_bytes());
    }
}

#[test]
fn an_event_without_an_object_is_an_event() {
    for event_type in TYPES {
        for rest in [
            "",
            r#","data":null"#,
            r#","data":{}"#,
            r#","data":{"object":null}"#,
            r#","data":{"object":{}},"data":null"#,
        ] {
            let event = receive(format!(r#"{{"id":"e","type":"{event_type}"{rest}}}"#)).unwrap();
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
fn an_object_of_another_kind_does_not_deserialize() {
    let value = json!({"id": "in_1", "object": "invoice"});
    let event = receive(crate::event_body("charge.succeeded", &value)).unwrap();
    assert!(event.object_as::<Charge>().is_err());
    assert_eq!(
        event.object_as::<Invoice>().unwrap().id.as_deref(),
        Some("in_1")
    );
    for value in [json!({}), json!({"object": null}), json!({"object": 7})] {
        assert!(serde_json::from_value::<Charge>(value).is_ok());
    }
}

#[test]
fn objects_read_by_themselves_say_what_was_expected() {
    let error = serde_json::from_str::<Charge>("[]")
        .unwrap_err()
        .to_string();
    assert!(error.contains("expected an object"), "{error}");
    let error = serde_json::from_value::<Reference>(json!(true))
        .unwrap_err()
        .to_string();
    assert!(
        error.contains("expected an id or an object with one"),
        "{error}"
    );
}
