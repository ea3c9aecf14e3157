//! Fields that hold another object or its id, and what moved between versions of the API.

use serde_json::{Value, json};
use tower_loops::{ObjectError, Reference};

use crate::objects::{invoice, session, subscription};

/// The id that a field reads from this value.
type Read = fn(&Value) -> Result<Option<String>, ObjectError>;

/// Every field that is a reference, by name.
fn fields() -> [(&'static str, Read); 7] {
    fn id(reference: Option<&Reference>) -> Option<String> {
        reference.map(|reference| reference.id().to_owned())
    }
    [
        ("session.customer", |value| {
            session(&json!({ "customer": value })).map(|session| id(session.customer.as_ref()))
        }),
        ("session.payment_intent", |value| {
            session(&json!({ "payment_intent": value }))
                .map(|session| id(session.payment_intent.as_ref()))
        }),
        ("subscription.customer", |value| {
            subscription(&json!({ "customer": value })).map(|it| id(it.customer.as_ref()))
        }),
        ("subscription.latest_invoice", |value| {
            subscription(&json!({ "latest_invoice": value }))
                .map(|it| id(it.latest_invoice.as_ref()))
        }),
        ("invoice.customer", |value| {
            invoice(&json!({ "customer": value })).map(|invoice| id(invoice.customer.as_ref()))
        }),
        ("invoice.subscription", |value| {
            invoice(&json!({ "subscription": value })).map(|invoice| id(invoice.subscription()))
        }),
        (
            "invoice.parent.subscription_details.subscription",
            |value| {
                invoice(&json!({"parent": {"subscription_details": {"subscription": value}}}))
                    .map(|invoice| id(invoice.subscription()))
            },
        ),
    ]
}

#[test]
fn a_reference_is_an_id_or_an_object_with_one() {
    let good = [
        json!("x_1"),
        json!({"id": "x_1"}),
        json!({"object": "customer", "id": "x_1", "email": null, "nested": {"id": 7}}),
    ];
    let bad = [
        json!({}),
        json!({"object": "customer"}),
        json!({"id": null}),
        json!({"id": 7}),
        json!({"id": {"id": "x_1"}}),
        json!({"ID": "x_1"}),
        json!(7),
        json!(true),
        json!(["x_1"]),
        json!([]),
    ];
    for (name, read) in fields() {
        assert_eq!(read(&Value::Null), Ok(None), "{name}");
        for value in &good {
            assert_eq!(read(value), Ok(Some("x_1".to_owned())), "{name} {value}");
        }
        for value in &bad {
            let result = read(value);
            let refused = matches!(result, Err(ObjectError::Unexpected { .. }));
            assert!(refused, "{name} {value}: {result:?}");
        }
    }
}

#[test]
fn a_reference_read_alone_is_the_same_either_way() {
    let plain: Reference = serde_json::from_str(r#""cus_\u0031""#).unwrap();
    let expanded: Reference = serde_json::from_str(r#"{"x":[1],"id":"cus_1"}"#).unwrap();
    let from_value: Reference = serde_json::from_value(json!({"id": "cus_1"})).unwrap();
    assert_eq!(plain.id(), "cus_1");
    assert_eq!(plain, expanded);
    assert_eq!(plain, from_value);
    let twice = serde_json::from_str::<Reference>(r#"{"id":"cus_1","id":"cus_2"}"#);
    assert!(
        twice.is_err(),
        "which of the two is meant is anybody's guess"
    );
}

#[test]
fn the_subscription_of_an_invoice_is_its_own_or_its_parents() {
    let parent = |value: Value| json!({"subscription_details": {"subscription": value}});
    let rows = [
        (json!({}), None),
        (json!({"subscription": "sub_own"}), Some("sub_own")),
        (
            json!({"parent": parent(json!("sub_parent"))}),
            Some("sub_parent"),
        ),
        (
            json!({"parent": parent(json!({"id": "sub_parent"}))}),
            Some("sub_parent"),
        ),
        (
            json!({"subscription": "sub_own", "parent": parent(json!("sub_parent"))}),
            Some("sub_own"),
        ),
        (
            json!({"subscription": null, "parent": parent(json!("sub_parent"))}),
            Some("sub_parent"),
        ),
        (json!({"parent": parent(Value::Null)}), None),
        (json!({"parent": null}), None),
        (json!({"parent": {}}), None),
        (
            json!({"parent": {"type": "quote_details", "subscription_details": null}}),
            None,
        ),
        (
            json!({"parent": {"subscription_details": {"metadata": {}}}}),
            None,
        ),
    ];
    for (value, expected) in rows {
        let invoice = invoice(&value).unwrap();
        assert_eq!(
            invoice.subscription().map(Reference::id),
            expected,
            "{value}"
        );
    }
}

#[test]
fn the_period_of_a_subscription_is_its_own_or_spans_its_items() {
    let items = |periods: &[(Option<i64>, Option<i64>)]| {
        let data: Vec<Value> = periods
            .iter()
            .map(|(start, end)| json!({"current_period_start": start, "current_period_end": end}))
            .collect();
        json!({ "data": data })
    };
    let own = |start: Option<i64>, end: Option<i64>, items: Value| json!({"current_period_start": start, "current_period_end": end, "items": items});
    let two = [(Some(10), Some(40)), (Some(5), Some(50))];
    let rows = [
        (json!({}), (None, None)),
        (
            json!({"current_period_start": 1, "current_period_end": 2}),
            (Some(1), Some(2)),
        ),
        (json!({ "items": items(&two) }), (Some(5), Some(50))),
        (
            json!({ "items": items(&[two[1], two[0]]) }),
            (Some(5), Some(50)),
        ),
        (
            json!({ "items": items(&[(Some(-7), Some(-3))]) }),
            (Some(-7), Some(-3)),
        ),
        (
            json!({ "items": items(&[(Some(10), None), (None, Some(50))]) }),
            (Some(10), Some(50)),
        ),
        (own(Some(1), Some(2), items(&two)), (Some(1), Some(2))),
        (own(Some(20), Some(30), items(&two)), (Some(20), Some(30))),
        (own(None, Some(2), items(&two)), (Some(5), Some(2))),
        (own(Some(1), None, items(&two)), (Some(1), Some(50))),
        (own(None, None, items(&two)), (Some(5), Some(50))),
        (json!({ "items": items(&[]) }), (None, None)),
        (json!({ "items": items(&[(None, None)]) }), (None, None)),
        (json!({ "items": null }), (None, None)),
        (json!({ "items": {} }), (None, None)),
        (json!({ "items": {"data": null} }), (None, None)),
        (
            json!({ "items": {"data": [null, {}, {"current_period_end": 9}]} }),
            (None, Some(9)),
        ),
    ];
    for (value, expected) in rows {
        let subscription = subscription(&value).unwrap();
        let period = (
            subscription.current_period_start(),
            subscription.current_period_end(),
        );
        assert_eq!(period, expected, "{value}");
    }
}
