//! How fields are read: numbers, texts, references, bounds, and the previous attributes.

use serde_json::{Value, json};
use tower_loops::{
    Charge, CheckoutSession, EventData, EventObject, Invoice, Metadata, Reference, Subscription,
};

use crate::{event, receive};

/// A charge from the text of `data.object`, which may be what `json!` cannot spell.
fn charge(object: &str) -> Charge {
    match event("charge.succeeded", object).data() {
        Ok(EventData::ChargeSucceeded(charge)) => charge,
        other => panic!("{object}: {other:?}"),
    }
}

#[test]
fn an_integer_may_have_a_fraction_of_zeros_and_an_exponent() {
    let read = "0=0 -0=0 -0.0e-5=0 4900.0=4900 49e2=4900 4.9E+3=4900 490000e-2=4900 0.00001e5=1
        -6.873831E7=-68738310 0e99999999999999999999=0 9223372036854775807=9223372036854775807
        9223372036854775807.0=9223372036854775807 9007199254740993.0=9007199254740993
        -9.223372036854775808e18=-9223372036854775808";
    let unread = r#"9223372036854775808 9.3e18 1e19 49.5 1e-1 0.1e99999999999999999999 "4900" true [] {}
        1e99999999999999999999 1e-99999999999999999999"#;
    for row in read.split_whitespace().chain(unread.split_whitespace()) {
        let (amount, expected) = row.split_once('=').unwrap_or((row, ""));
        let charge = charge(&format!(r#"{{"amount":{amount},"currency":"usd"}}"#));
        assert_eq!(charge.amount, expected.parse().ok(), "{amount}");
        assert_eq!(charge.currency.as_deref(), Some("usd"), "{amount}");
        let unreadable = vec!["data.object.amount"; usize::from(expected.is_empty())];
        assert_eq!(charge.unreadable(), unreadable, "{amount}");
    }
}

#[test]
fn a_lone_surrogate_is_a_replacement_character() {
    let rows = [
        (r"a\ud83d", "a\u{fffd}"),
        (r"\uDE00\ud83d", "\u{fffd}\u{fffd}"),
        (r"\ud83d\ud83d\ude00", "\u{fffd}\u{1f600}"),
        (r"\\ud83d", "\\ud83d"),
        (r"\\\ud83dx", "\\\u{fffd}x"),
        (r"\ud83d\u0041", "\u{fffd}A"),
        (r"\ud83d\n", "\u{fffd}\n"),
    ];
    for (spelled, expected) in rows {
        let object = format!(
            r#"{{"description":"{spelled}","customer":"{spelled}","{spelled}":"{spelled}",
                "metadata":{{"{spelled}":"{spelled}"}},"amount":1}}"#
        );
        let charge = charge(&object);
        let metadata = Some([(expected.to_owned(), expected.to_owned())].into());
        assert_eq!(charge.description.as_deref(), Some(expected), "{spelled}");
        assert_eq!(charge.customer, Some(expected.into()), "{spelled}");
        assert_eq!(charge.metadata, metadata, "{spelled}");
        assert_eq!(charge.unreadable(), <[&str; 0]>::default(), "{spelled}");

        let event = event("t", &object);
        assert_eq!(event.object_as::<Charge>(), Ok(charge), "{spelled}");
        let value: Value = event.object_as().unwrap();
        assert_eq!(value["description"], expected, "{spelled}");
        assert_eq!(value[expected], expected, "{spelled}");
        assert_eq!(event.object(), Ok(EventObject::Other(value)), "{spelled}");
    }
}

#[test]
fn entries_and_paths_beyond_a_bound_are_not_read() {
    let many = |entry: &str| format!("[{}{entry}]", format!("{entry},").repeat(20_000));
    let charge = charge(&format!(r#"{{"refunds":{}}}"#, many("{}")));
    assert_eq!(charge.refunds().len(), 10_000);
    assert_eq!(charge.unreadable(), ["data.object.refunds[10000]"]);
    let charge = self::charge(&format!(r#"{{"refunds":{}}}"#, many("7")));
    assert_eq!(charge.unreadable().len(), 100);

    let invoice: Invoice = serde_json::from_str(&format!(r#"{{"lines":{}}}"#, many("{}"))).unwrap();
    assert!(invoice.lines_truncated());

    let entries: Vec<String> = (0..20_000).map(|n| format!(r#""{n}":0"#)).collect();
    let charge = self::charge(&format!(r#"{{"metadata":{{{}}}}}"#, entries.join(",")));
    assert_eq!(charge.metadata.as_ref().map(Metadata::len), Some(10_000));
    assert_eq!(charge.unreadable(), ["data.object.metadata.*"]);
}

#[test]
fn objects_deserialize_behind_serde_attributes() {
    #[derive(serde::Deserialize)]
    #[serde(tag = "object", rename_all = "lowercase")]
    enum Tagged {
        Charge(Charge),
        Subscription(Subscription),
    }
    #[derive(serde::Deserialize)]
    struct Flat {
        own: u8,
        #[serde(flatten)]
        session: CheckoutSession,
    }
    let json = r#"{"object":"charge","amount":7,"customer":{"id":"cus_1"}}"#;
    match serde_json::from_str(json).unwrap() {
        Tagged::Charge(charge) => assert_eq!(charge.customer, Some("cus_1".into())),
        Tagged::Subscription(other) => panic!("{other:?}"),
    }
    let json = r#"{"own":1,"productName":"Pro","externalCustomerId":"user-42"}"#;
    let Flat { own, session } = serde_json::from_str(json).unwrap();
    assert_eq!(own, 1);
    assert_eq!(session.product_name.as_deref(), Some("Pro"));
    assert_eq!(session.external_customer_id.as_deref(), Some("user-42"));
}

#[test]
fn a_reference_is_its_id_however_it_was_sent() {
    let plain: Reference = serde_json::from_str(r#""cus_\u0031""#).unwrap();
    let expanded: Reference = serde_json::from_str(r#"{"x":[1],"id":"cus_1"}"#).unwrap();
    assert_eq!([&plain, &expanded], [&Reference::from("cus_1"); 2]);
    assert_eq!([plain.id(), plain.as_ref()], ["cus_1"; 2]);
    assert_eq!(plain.to_string(), "cus_1");
    assert_eq!(serde_json::to_value(&plain).unwrap(), json!("cus_1"));
    for bad in r#"{} {"id":null} {"id":{"id":"x"}} {"ID":"x"} true ["x"]"#.split(' ') {
        assert!(serde_json::from_str::<Reference>(bad).is_err(), "{bad}");
        let read = charge(&format!(r#"{{"customer":{bad},"amount":1}}"#));
        let seen = (read.customer.as_ref(), read.amount);
        assert_eq!(seen, (None, Some(1)), "{bad}");
        assert_eq!(read.unreadable(), ["data.object.customer"], "{bad}");
    }
}

#[test]
fn what_a_refund_adds_is_the_difference_to_the_previous_attributes() {
    #[derive(serde::Deserialize)]
    struct Previous {
        amount_refunded: i64,
    }
    let body = r#"{"id":"e","type":"charge.refunded","data":{"object":{"amount_refunded":2550},
        "previous_attributes":{"amount_refunded":1000,"refunded":false}}}"#;
    let refund = receive(body).unwrap();
    let charge: Charge = refund.object_as().unwrap();
    let previous: Previous = refund.previous_as().unwrap().unwrap();
    let added = charge.amount_refunded.unwrap() - previous.amount_refunded;
    assert_eq!(added, 1550);
    let lone = r#"{"id":"e","type":"t","data":{"previous_attributes":{"a\ud83d":"\udc00"}}}"#;
    let previous: Option<Value> = receive(lone).unwrap().previous_as().unwrap();
    assert_eq!(previous, Some(json!({"a\u{fffd}": "\u{fffd}"})));
    let none = event("charge.refunded", "{}").previous_as::<Value>();
    assert!(none.unwrap().is_none());
    // PHP's spelling of an empty map.
    let empty = r#"{"id":"e","type":"t","data":{"previous_attributes":[ ]}}"#;
    let empty = receive(empty).unwrap().previous_as::<Previous>();
    assert!(empty.unwrap().is_none());
}
