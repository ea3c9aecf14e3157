//! Each field is read on its own: unambiguous variants are accepted, what cannot be read is named.

use serde_json::{Value, json};
use tower_loops::{
    Charge, CheckoutSession, EventData, EventObject, Invoice, Metadata, Subscription,
};

use crate::receive;

/// A charge from the text of `data.object`, where what `json!` cannot spell may stand.
fn charge(object: &str) -> Charge {
    let body = format!(r#"{{"id":"e","type":"charge.succeeded","data":{{"object":{object}}}}}"#);
    match receive(&body).expect("the body is an event").data() {
        Ok(EventData::ChargeSucceeded(charge)) => charge,
        other => panic!("{object}: {other:?}"),
    }
}

#[test]
fn an_integer_may_be_spelled_with_fraction_and_exponent() {
    let rows = [
        ("0", Some(0)),
        ("-0", Some(0)),
        ("-0.0e-5", Some(0)),
        ("4900.0", Some(4900)),
        ("49e2", Some(4900)),
        ("4.9E+3", Some(4900)),
        ("490000e-2", Some(4900)),
        ("-6.873831E7", Some(-68_738_310)),
        ("0.00001e5", Some(1)),
        ("0e99999999999999999999", Some(0)),
        ("9223372036854775807", Some(i64::MAX)),
        ("9223372036854775807.0", Some(i64::MAX)),
        ("9007199254740993.0", Some(9_007_199_254_740_993)),
        ("-9.223372036854775808e18", Some(i64::MIN)),
        ("9223372036854775808", None),
        ("9.3e18", None),
        ("1e19", None),
        ("49.5", None),
        ("1e-1", None),
        ("0.1e99999999999999999999", None),
        ("1e99999999999999999999", None),
        ("1e-99999999999999999999", None),
        (r#""4900""#, None),
        ("true", None),
        ("[]", None),
        ("{}", None),
    ];
    for (amount, expected) in rows {
        let charge = charge(&format!(r#"{{"amount":{amount},"currency":"usd"}}"#));
        assert_eq!(charge.amount, expected, "{amount}");
        assert_eq!(charge.currency.as_deref(), Some("usd"), "{amount}");
        let unreadable: &[&str] = match expected {
            Some(_) => &[],
            None => &["data.object.amount"],
        };
        assert_eq!(charge.unreadable(), unreadable, "{amount}");
    }
}

#[test]
fn a_number_is_the_text_of_an_id_and_no_word_of_the_api() {
    let charge = charge(
        r#"{"id":10,"description":2024.0,"customer":7,"currency":840,"status":1,"paid":0,
            "billing_details":{"phone":15551234567,"email":5}}"#,
    );
    assert_eq!(charge.id.as_deref(), Some("10"));
    assert_eq!(charge.description.as_deref(), Some("2024.0"));
    assert_eq!(charge.customer, Some("7".into()));
    let payer = charge.billing_details.as_ref().expect("it is an object");
    assert_eq!(payer.phone.as_deref(), Some("15551234567"));
    let unreadable = [
        "data.object.currency",
        "data.object.billing_details.email",
        "data.object.status",
        "data.object.paid",
    ];
    assert_eq!(charge.unreadable(), unreadable);
}

#[test]
fn an_empty_array_is_an_empty_map_and_a_bare_array_is_a_list() {
    let charge = charge(r#"{"metadata":[ ],"billing_details":[],"refunds":[{"amount":7},null,5]}"#);
    assert_eq!(charge.metadata, Some([].into()));
    assert_eq!(charge.billing_details, Some(Default::default()));
    assert_eq!(charge.refunds().len(), 1);
    assert_eq!(charge.refunds()[0].amount, Some(7));
    assert_eq!(charge.unreadable(), ["data.object.refunds[2]"]);
}

#[test]
fn paths_name_what_cannot_be_read_and_no_key_of_the_seller() {
    let object = json!({
        "id": {},
        "billing_details": {"name": ["MARK"], "address": {"city": true}},
        "metadata": ["MARK"],
        "customer": {"object": "customer"},
        "refunds": {"data": [{"amount": 1}, {"amount": "MARK"}, []]},
        "amount": 4900,
    });
    let charge = charge(&object.to_string());
    assert_eq!(charge.amount, Some(4900));
    assert_eq!(charge.refunds().len(), 3);
    let unreadable = [
        "data.object.id",
        "data.object.billing_details.name",
        "data.object.billing_details.address.city",
        "data.object.metadata",
        "data.object.customer",
        "data.object.refunds.data[1].amount",
    ];
    assert_eq!(charge.unreadable(), unreadable);
    // As by themselves, so in an event.
    let alone: Charge = serde_json::from_value(object).unwrap();
    assert_eq!(alone, charge);
    assert_eq!(alone.unreadable(), unreadable);
}

#[test]
fn of_two_members_the_last_one_counts() {
    let charge = charge(
        r#"{"amount":"x","amount":1,"\u0061mount":2,"currency":"usd","currency":[],
            "customer":{"id":"a","id":"b"},"metadata":{"k":"1","k":"2"},"paid":true,"paid":null}"#,
    );
    assert_eq!(charge.amount, Some(2));
    assert_eq!(charge.currency, None);
    assert_eq!(charge.customer, Some("b".into()));
    assert_eq!(
        charge.metadata,
        Some([("k".to_owned(), "2".to_owned())].into())
    );
    assert_eq!(charge.paid, None);
    assert_eq!(charge.unreadable(), ["data.object.currency"]);
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

        let body = format!(r#"{{"id":"e","type":"t","data":{{"object":{object}}}}}"#);
        let event = receive(body).unwrap();
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
fn different_objects_show_different_digests() {
    let texts = [
        json!({}),
        json!({"amount": 1}),
        json!({"amount": 2}),
        json!({"amount_refunded": 1}),
    ]
    .map(|value| format!("{:?}", charge(&value.to_string())));
    for (index, text) in texts.iter().enumerate() {
        assert!(!texts[..index].contains(text), "{text}");
    }
    let [equal, too] = [(); 2].map(|()| format!("{:?}", charge(r#"{"amount":1}"#)));
    assert_eq!(equal, too);
    let other = |value| format!("{:?}", EventObject::Other(value));
    assert_ne!(other(json!({"a": 1})), other(json!({"a": 2})));
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
        Tagged::Charge(charge) => {
            assert_eq!(
                (charge.amount, charge.customer),
                (Some(7), Some("cus_1".into()))
            );
        }
        Tagged::Subscription(other) => panic!("{other:?}"),
    }
    let flat: Flat = serde_json::from_str(r#"{"own":1,"productName":"Pro"}"#).unwrap();
    assert_eq!(
        (flat.own, flat.session.product_name.as_deref()),
        (1, Some("Pro"))
    );
}
