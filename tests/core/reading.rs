//! Each field is read on its own: unambiguous variants are accepted, what cannot be read is named.

use serde_json::{Value, json};
use tower_loops::{
    Charge, CheckoutSession, EventData, EventObject, Invoice, Metadata, Reference, Subscription,
};

use crate::{
    event,
    fields::{session, subscription},
    invoice::invoice,
};

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
fn a_number_is_the_text_of_an_id_but_not_an_enum_word() {
    let charge = charge(
        r#"{"id":10,"description":2024.0,"customer":7,"currency":840,"status":1,"paid":0,
            "billing_details":{"phone":15551234567,"email":5}}"#,
    );
    assert_eq!(charge.id.as_deref(), Some("10"));
    assert_eq!(charge.description.as_deref(), Some("2024"));
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
fn paths_name_what_cannot_be_read_but_no_key_of_a_map() {
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
    assert_eq!(charge.metadata.as_ref().unwrap()["k"], "2");
    assert_eq!(
        (charge.paid, charge.unreadable()),
        (None, &["data.object.currency".to_owned()][..])
    );
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
    let flat: Flat = serde_json::from_str(r#"{"own":1,"productName":"Pro"}"#).unwrap();
    assert_eq!(
        (flat.own, flat.session.product_name.as_deref()),
        (1, Some("Pro"))
    );
}

#[test]
fn lists_and_nested_objects_name_what_cannot_be_read_and_null_is_absent() {
    let bad = json!({"x": 1});
    let session = session(
        &json!({"total_details": {"amount_tax": "x"}, "customer_details": ["Ann"], "locale": bad}),
    );
    let items = json!([{"quantity": "x"}, {"price": {"id": bad}}]);
    let subscription = subscription(&json!({"items": {"data": items}, "created": 1.5}));
    let invoice = invoice(&json!({"lines": {"data": [{"period": {"end": "x"}}]}, "total": {}}));
    for (read, expected) in [
        (
            session.unreadable(),
            "customer_details locale total_details.amount_tax",
        ),
        (
            subscription.unreadable(),
            "created items.data[0].quantity items.data[1].price",
        ),
        (invoice.unreadable(), "lines.data[0].period.end total"),
    ] {
        let mut paths: Vec<_> = read
            .iter()
            .map(|path| path.strip_prefix("data.object.").expect("the prefix"))
            .collect();
        paths.sort_unstable();
        assert_eq!(paths.join(" "), expected);
    }
    let null =
        charge(r#"{"id":null,"amount":null,"metadata":null,"customer":null,"refunds":null}"#);
    assert_eq!((&null, null.unreadable()), (&Charge::default(), &[][..]));
}

#[test]
fn a_reference_is_its_id_however_it_was_sent() {
    let plain: Reference = serde_json::from_str(r#""cus_\u0031""#).unwrap();
    let expanded: Reference = serde_json::from_str(r#"{"x":[1],"id":"cus_1"}"#).unwrap();
    assert_eq!([&plain, &expanded], [&Reference::from("cus_1"); 2]);
    assert_eq!([plain.id(), plain.as_ref()], ["cus_1"; 2]);
    assert_eq!(plain.to_string(), "cus_1");
    assert_eq!(serde_json::to_value(&plain).unwrap(), json!("cus_1"));
    for bad in [
        "{}",
        r#"{"id":null}"#,
        r#"{"id":{"id":"x"}}"#,
        r#"{"ID":"x"}"#,
        "true",
        r#"["x"]"#,
    ] {
        assert!(serde_json::from_str::<Reference>(bad).is_err(), "{bad}");
        let read = charge(&format!(r#"{{"customer":{bad},"amount":1}}"#));
        assert_eq!(
            (read.customer.as_ref(), read.amount),
            (None, Some(1)),
            "{bad}"
        );
        assert_eq!(read.unreadable(), ["data.object.customer"], "{bad}");
    }
}
