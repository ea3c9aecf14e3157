//! Unusual and malformed fields: what is unambiguous is read, what is not is named, and the rest of the object is there.

use serde_json::{Value, json};
use tower_loops::{Charge, EventData, EventObject, Reference, VerifiedEvent};

use crate::{
    generations::{charge, invoice, session, subscription},
    receive,
};

/// An event about an object in this very text.
pub(crate) fn event(event_type: &str, object: &str) -> VerifiedEvent {
    let body = format!(r#"{{"id":"e","type":"{event_type}","data":{{"object":{object}}}}}"#);
    receive(&body).unwrap_or_else(|error| panic!("{error:?}: {body}"))
}

fn charge_of(object: &str) -> Charge {
    match event("charge.succeeded", object).data() {
        Ok(EventData::ChargeSucceeded(charge)) => charge,
        other => panic!("{other:?} from {object}"),
    }
}

#[test]
fn an_integer_in_any_spelling_is_read_and_nothing_else_is() {
    for (text, amount) in [
        ("4900", Some(4900)),
        ("4900.0", Some(4900)),
        ("49e2", Some(4900)),
        ("6.873831E7", Some(68_738_310)),
        ("490000e-2", Some(4900)),
        ("-1550.00", Some(-1550)),
        ("-0.0", Some(0)),
        ("0e999999999999999999999", Some(0)),
        ("9223372036854775807", Some(i64::MAX)),
        ("9.223372036854775807e18", Some(i64::MAX)),
        ("-9223372036854775808.0", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("9007199254740993.0", Some(9_007_199_254_740_993)),
        ("1e999999999999999999999", None),
        ("49.5", None),
        ("1e-1", None),
        (r#""4900""#, None),
        ("true", None),
        ("[]", None),
        ("[4900]", None),
        ("{}", None),
    ] {
        let charge = charge_of(&format!(
            r#"{{"id":"ch_1","amount":{text},"currency":"usd"}}"#
        ));
        assert_eq!(charge.amount, amount, "{text}");
        let unreadable = if amount.is_none() {
            &["data.object.amount"][..]
        } else {
            &[]
        };
        assert_eq!(charge.unreadable(), unreadable, "{text}");
        assert_eq!(
            (charge.id.as_deref(), charge.currency.as_deref()),
            (Some("ch_1"), Some("usd"))
        );
    }
}

#[test]
fn a_number_as_an_id_or_a_text_is_its_decimal_text() {
    let read = charge(
        &json!({"id": 7, "customer": 12, "invoice": {"id": 9}, "description": -5, "metadata": {"a": 1, "b": [true]}}),
    );
    assert_eq!(
        (read.id.as_deref(), read.description.as_deref()),
        (Some("7"), Some("-5"))
    );
    let id = |reference: &Option<Reference>| reference.as_ref().map(|it| it.id().to_owned());
    assert_eq!(
        (id(&read.customer), id(&read.invoice)),
        (Some("12".into()), Some("9".into()))
    );
    let metadata = read.metadata.as_ref().unwrap();
    assert_eq!((&*metadata["a"], &*metadata["b"]), ("1", "[true]"));
    assert_eq!(read.unreadable(), [""; 0]);
    let long = "1234567890123456789012345678901234567890";
    let read = charge_of(&format!(r#"{{"customer":{long}}}"#));
    assert_eq!(id(&read.customer).as_deref(), Some(long));
}

#[test]
fn an_empty_array_is_an_empty_map_and_null_is_absent() {
    let empty = json!({"amount": 1, "metadata": [], "billing_details": [], "refunds": []});
    let read = charge(&empty);
    assert_eq!((read.amount, read.unreadable()), (Some(1), &[][..]));
    assert!(read.metadata.unwrap_or_default().is_empty());
    let null =
        json!({"id": null, "amount": null, "metadata": null, "customer": null, "refunds": null});
    assert_eq!(charge(&null), Charge::default());
    assert_eq!(charge(&null).unreadable(), [""; 0]);
    let read = session(
        &json!({"total_details": [], "line_items": [], "custom_fields": [], "mode": "payment"}),
    );
    assert_eq!(
        (read.mode.as_deref(), read.unreadable()),
        (Some("payment"), &[][..])
    );
}

#[test]
fn what_cannot_be_read_is_named_by_its_path() {
    let bad = json!({"x": 1});
    let rows: [(Vec<String>, &[&str]); 4] = [
        (
            charge(&json!({"id": bad, "amount": "1", "paid": "yes", "customer": bad, "metadata": "x", "status": true,
                "billing_details": {"name": ["Ann"], "address": {"city": bad}}, "refunds": {"data": [{"amount": 1.5}, 7]}}))
            .unreadable().to_vec(),
            &["id", "amount", "paid", "customer", "metadata", "status", "billing_details.name",
                "billing_details.address.city", "refunds.data[0].amount", "refunds.data[1]"],
        ),
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
    let of_its_own: Charge = serde_json::from_str(r#"{"amount":"x"}"#).unwrap();
    assert_eq!(of_its_own.unreadable(), ["data.object.amount"]);
    assert_eq!(of_its_own, Charge::default());
}

#[test]
fn half_a_surrogate_pair_is_a_replacement_character_wherever_it_stands() {
    for (object, read) in [
        (r#"{"amount":1,"description":"a\ud83d"}"#, "a\u{fffd}"),
        (r#"{"amount":1,"description":"\udE00b"}"#, "\u{fffd}b"),
        (
            r#"{"amount":1,"billing_details":{"name":"\uD83D\u0041"}}"#,
            "\u{fffd}A",
        ),
        (
            r#"{"amount":1,"metadata":{"k":"a\ud83d\ud83d"}}"#,
            "a\u{fffd}\u{fffd}",
        ),
        (r#"{"amount":1,"metadata":{"a\ud83d":"v"}}"#, "a\u{fffd}"),
        (r#"{"amount":1,"customer":{"id":"c\udc00"}}"#, "c\u{fffd}"),
        (r#"{"amount":1,"unknown":"a\ud83d"}"#, "a\u{fffd}"),
        (r#"{"a\ud83d":[{"\udc00":0}],"amount":1}"#, "a\u{fffd}"),
        // Whole pairs, and text that only looks like one half.
        (r#"{"amount":1,"description":"\ud83d\ude00"}"#, "\u{1f600}"),
        (r#"{"amount":1,"description":"\\ud83d"}"#, r"\\ud83d"),
        (r#"{"amount":1,"description":"\\\ud83d"}"#, "\\\\\u{fffd}"),
    ] {
        let charge = charge_of(object);
        assert_eq!(charge.amount, Some(1), "{object}");
        assert_eq!(charge.unreadable(), [""; 0], "{object}");
        let value: Value = event("charge.succeeded", object).object_as().unwrap();
        assert!(value.to_string().contains(read), "{object}: {value}");
        let other = event("payout.paid", object).object();
        assert_eq!(other, Ok(EventObject::Other(value.clone())), "{object}");
        if !object.contains("unknown") && !object.contains("[{") {
            let written = serde_json::to_string(&charge).unwrap();
            assert!(written.contains(read), "{object}: {written}");
        }
    }
    let body =
        r#"{"id":"e","type":"t","data":{"object":{},"previous_attributes":{"a\ud83d":"\udc00"}}}"#;
    let previous: Option<Value> = receive(body).unwrap().previous_as().unwrap();
    assert_eq!(previous, Some(json!({"a\u{fffd}": "\u{fffd}"})));
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
