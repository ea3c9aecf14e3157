//! Malformed fields in lists and references, and the rest of the object beside them.

use serde_json::json;
use tower_loops::{Charge, Reference, VerifiedEvent};

use crate::{
    generations::{charge, invoice, session, subscription},
    receive,
};

/// An event about an object in this very text.
pub(crate) fn event(event_type: &str, object: &str) -> VerifiedEvent {
    let body = format!(r#"{{"id":"e","type":"{event_type}","data":{{"object":{object}}}}}"#);
    receive(&body).unwrap_or_else(|error| panic!("{error:?}: {body}"))
}

#[test]
fn what_cannot_be_read_is_named_by_its_path_and_null_is_absent() {
    let bad = json!({"x": 1});
    let rows: [(Vec<String>, &[&str]); 3] = [
        (
            session(&json!({"total_details": {"amount_tax": "x"}, "customer_details": ["Ann"], "locale": bad}))
                .unreadable().to_vec(),
            &["total_details.amount_tax", "customer_details", "locale"],
        ),
        (
            subscription(&json!({"items": {"data": [{"quantity": "x"}, {"price": {"id": bad}}]}, "created": 1.5}))
                .unreadable().to_vec(),
            &["items.data[0].quantity", "items.data[1].price", "created"],
        ),
        (
            invoice(&json!({"lines": {"data": [{"period": {"end": "x"}}]}, "total": {}}))
                .unreadable().to_vec(),
            &["lines.data[0].period.end", "total"],
        ),
    ];
    for (mut paths, expected) in rows {
        let mut expected: Vec<String> = expected
            .iter()
            .map(|path| format!("data.object.{path}"))
            .collect();
        paths.sort();
        expected.sort();
        assert_eq!(paths, expected);
    }
    let null =
        json!({"id": null, "amount": null, "metadata": null, "customer": null, "refunds": null});
    assert_eq!(
        (charge(&null), charge(&null).unreadable()),
        (Charge::default(), &[][..])
    );
}

#[test]
fn a_reference_is_its_id_however_it_was_sent() {
    let plain: Reference = serde_json::from_str(r#""cus_\u0031""#).unwrap();
    let expanded: Reference = serde_json::from_str(r#"{"x":[1],"id":"cus_1"}"#).unwrap();
    assert_eq!(
        (&plain, plain.id(), plain.as_ref()),
        (&expanded, "cus_1", "cus_1")
    );
    assert_eq!(
        (plain.to_string(), &plain),
        ("cus_1".to_owned(), &Reference::from("cus_1"))
    );
    assert_eq!(serde_json::to_value(&plain).unwrap(), json!("cus_1"));
    for bad in [
        json!({}),
        json!({"id": null}),
        json!({"id": {"id": "x"}}),
        json!({"ID": "x"}),
        json!(true),
        json!(["x"]),
    ] {
        assert!(
            serde_json::from_value::<Reference>(bad.clone()).is_err(),
            "{bad}"
        );
        let read = charge(&json!({"customer": bad, "amount": 1}));
        assert_eq!(
            (read.customer.as_ref(), read.amount),
            (None, Some(1)),
            "{bad}"
        );
        assert_eq!(read.unreadable(), ["data.object.customer"], "{bad}");
    }
}
