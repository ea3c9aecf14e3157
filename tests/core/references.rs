//! Fields that hold another object or its id, and what moved between versions of the API.

use serde_json::{Value, json};
use tower_loops::Reference;

use crate::objects::{invoice, session, subscription};

/// The id that a field reads from this value, and the paths that could not be read.
type Read = fn(&Value) -> (Option<String>, Vec<String>);

/// Every field that is a reference, by its path.
fn fields() -> [(&'static str, Read); 7] {
    macro_rules! read {
        ($kind:ident.$field:ident) => {
            read!($kind.$field, |value| json!({ stringify!($field): value }))
        };
        ($kind:ident.$field:ident, $object:expr) => {
            |value| {
                let object: fn(&Value) -> Value = $object;
                let object = $kind(&object(value)).unwrap();
                let id = object.$field.as_ref().map(|it| it.id().to_owned());
                (id, object.unreadable().to_vec())
            }
        };
    }
    [
        ("customer", read!(session.customer)),
        ("payment_intent", read!(session.payment_intent)),
        ("customer", read!(subscription.customer)),
        ("latest_invoice", read!(subscription.latest_invoice)),
        ("customer", read!(invoice.customer)),
        ("subscription", read!(invoice.subscription)),
        (
            "parent.subscription_details.subscription",
            read!(invoice.subscription, |value| {
                json!({"parent": {"subscription_details": {"subscription": value}}})
            }),
        ),
    ]
}

#[test]
fn a_reference_is_an_id_or_an_object_with_one() {
    let good = [
        (json!("x_1"), "x_1"),
        (json!({"id": "x_1"}), "x_1"),
        (
            json!({"object": "customer", "id": "x_1", "email": null, "nested": {"id": 7}}),
            "x_1",
        ),
        (json!(7), "7"),
        (json!({"id": -70}), "-70"),
    ];
    let bad = [
        json!({}),
        json!({"object": "customer"}),
        json!({"id": null}),
        json!({"id": {"id": "x_1"}}),
        json!({"ID": "x_1"}),
        json!(true),
        json!(["x_1"]),
        json!([]),
    ];
    for (path, read) in fields() {
        assert_eq!(read(&Value::Null), (None, vec![]), "{path}");
        for (value, id) in &good {
            assert_eq!(
                read(value),
                (Some((*id).to_owned()), vec![]),
                "{path} {value}"
            );
        }
        for value in &bad {
            let unreadable = vec![format!("data.object.{path}")];
            assert_eq!(read(value), (None, unreadable), "{path} {value}");
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
    let twice: Reference = serde_json::from_str(r#"{"id":"cus_2","id":"cus_1"}"#).unwrap();
    assert_eq!(plain, twice, "the last one counts");
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
