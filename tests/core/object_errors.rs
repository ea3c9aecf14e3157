//! Events without an object of the expected shape: an `ObjectError`, and an event all the same.

use serde_json::{Value, json};
use tower_loops::{Charge, ObjectError, Reference};

use crate::{objects::object, receive};

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

#[test]
fn another_shape_is_an_error_that_quotes_nothing() {
    let secret = "MARK";
    let rows = [
        ("charge.succeeded", json!(secret)),
        ("charge.refunded", json!(7)),
        ("charge.succeeded", json!({"amount": secret})),
        ("charge.succeeded", json!({"amount": 19.99})),
        ("charge.succeeded", json!({"amount": 1e300})),
        ("charge.succeeded", json!({"amount": u64::MAX})),
        (
            "charge.succeeded",
            json!({"currency": 7, "description": secret}),
        ),
        ("charge.succeeded", json!({"billing_details": secret})),
        ("charge.succeeded", json!({"metadata": secret})),
        ("checkout.session.completed", json!({"livemode": secret})),
        (
            "checkout.session.completed",
            json!({"total_details": {"amount_tax": secret}}),
        ),
        ("customer.subscription.created", json!({"items": secret})),
        (
            "customer.subscription.deleted",
            json!({"cancel_at_period_end": secret}),
        ),
        ("invoice.payment_succeeded", json!({"parent": secret})),
        ("invoice.payment_failed", json!({"attempt_count": secret})),
    ];
    for (event_type, value) in rows {
        let error = object(event_type, &value).expect_err(&format!("{event_type} {value}"));
        assert!(
            matches!(error, ObjectError::Unexpected { .. }),
            "{event_type} {value}"
        );
        for text in [
            error.to_string(),
            format!("{error:?}"),
            format!("{error:#?}"),
        ] {
            assert!(!text.contains(secret), "{event_type} {value}: {text}");
        }
    }
    for data in [json!(secret), json!(7), json!(true)] {
        let body = json!({"id": "e", "type": "charge.succeeded", "data": data}).to_string();
        let error = receive(&body).unwrap().object().expect_err(&body);
        assert!(matches!(error, ObjectError::Unexpected { .. }), "{body}");
    }
}

#[test]
fn an_array_is_not_an_object_though_its_items_would_fit() {
    let about = |object| json!({ "object": object });
    let rows = [
        ("charge.succeeded", json!([{"amount": 1999}])),
        ("charge.succeeded", json!([{"object": {"amount": 1999}}])),
        ("payout.paid", json!([{"amount": 1999}])),
        (
            "charge.succeeded",
            about(json!(["ch_1", 1999, 0, "usd", "Pro plan", null, null])),
        ),
        (
            "charge.succeeded",
            about(json!({"billing_details": ["Ann", "ann@example.com"]})),
        ),
        (
            "checkout.session.completed",
            about(json!({"customer_details": ["Ann", "a@example.com"]})),
        ),
        (
            "checkout.session.completed",
            about(json!({"total_details": [1, 2, 3]})),
        ),
        (
            "customer.subscription.created",
            about(json!({"items": [[{"current_period_end": 9}]]})),
        ),
        (
            "customer.subscription.created",
            about(json!({"items": {"data": [[5, 9]]}})),
        ),
        (
            "invoice.payment_failed",
            about(json!({"parent": [["sub_1"]]})),
        ),
        (
            "invoice.payment_failed",
            about(json!({"parent": {"subscription_details": ["sub_1"]}})),
        ),
    ];
    let accepted: Vec<_> = rows
        .iter()
        .filter(|(event_type, data)| {
            let body = json!({"id": "e", "type": event_type, "data": data}).to_string();
            let object = receive(body).unwrap().object();
            !matches!(object, Err(ObjectError::Unexpected { .. }))
        })
        .map(|(event_type, data)| format!("{event_type} {data}"))
        .collect();
    assert!(accepted.is_empty(), "{accepted:#?}");
}

#[test]
fn an_error_tells_the_place() {
    let body = "{\"id\":\"e\",\"type\":\"charge.succeeded\",\n\"data\":{\"object\":{\n  \"amount\":\"x\"}}}";
    let error = receive(body).unwrap().object().unwrap_err();
    let ObjectError::Unexpected { line, column } = error else {
        panic!("{error:?}");
    };
    assert_eq!((line, column), (3, 14), "{error}");
    let text = error.to_string();
    assert!(text.contains("line 3, column 14"), "{text}");
    let text = ObjectError::Missing.to_string();
    assert_eq!(text, "the event has no data.object");
}

#[test]
fn an_event_without_an_object_is_an_event() {
    for event_type in TYPES {
        for rest in [
            "",
            r#","data":null"#,
            r#","data":{}"#,
            r#","data":{"object":null}"#,
        ] {
            let event = receive(format!(r#"{{"id":"e","type":"{event_type}"{rest}}}"#)).unwrap();
            assert_eq!(
                event.object(),
                Err(ObjectError::Missing),
                "{event_type} {rest}"
            );
            assert_eq!(
                event.object_as::<Value>(),
                Err(ObjectError::Missing),
                "{event_type} {rest}"
            );
        }
    }
}

#[test]
fn objects_read_by_themselves_say_what_was_expected() {
    let charge = serde_json::from_value::<Charge>(json!({ "billing_details": 7 }));
    let error = charge.unwrap_err().to_string();
    assert!(error.contains("expected an object"), "{error}");
    let reference = serde_json::from_value::<Reference>(json!(7));
    let error = reference.unwrap_err().to_string();
    assert!(
        error.contains("expected an id or an object with one"),
        "{error}"
    );
}
