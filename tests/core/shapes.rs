//! Shapes of `data.object` that are unlike the samples, and are let through.

use serde::Deserialize;
use serde_json::{Value, json};
use tower_loops::{
    BillingDetails, Charge, CheckoutSession, CustomerDetails, EventObject, Invoice, Subscription,
    TotalDetails,
};

use crate::{
    objects::{charge, invoice, session, subscription},
    receive,
};

/// An object with these fields, separated by spaces, all of them null.
fn nulls(fields: &str) -> Value {
    let pairs = fields
        .split_whitespace()
        .map(|field| (field.to_owned(), Value::Null));
    Value::Object(pairs.collect())
}

#[test]
fn null_counts_as_absent_and_everything_may_be_absent() {
    let of_charge =
        nulls("id amount amount_refunded currency description billing_details metadata");
    let of_session = nulls(
        "id amount_total amount_subtotal currency mode payment_status livemode success_url cancel_url url customer
         customer_email customer_details client_reference_id expires_at metadata payment_intent total_details
         productName externalCustomerId",
    );
    let of_subscription = nulls(
        "id status customer currency current_period_start current_period_end items cancel_at_period_end
         canceled_at ended_at trial_end latest_invoice metadata",
    );
    let of_invoice = nulls(
        "id status customer customer_email subscription parent amount_due amount_paid amount_remaining total
         currency attempt_count next_payment_attempt hosted_invoice_url number billing_reason metadata",
    );
    for (value, name) in [(of_charge, "nulls"), (json!({}), "nothing")] {
        assert_eq!(charge(&value), Ok(Charge::default()), "{name}");
    }
    for (value, name) in [(of_session, "nulls"), (json!({}), "nothing")] {
        assert_eq!(session(&value), Ok(CheckoutSession::default()), "{name}");
    }
    for (value, name) in [(of_subscription, "nulls"), (json!({}), "nothing")] {
        assert_eq!(subscription(&value), Ok(Subscription::default()), "{name}");
    }
    for (value, name) in [(of_invoice, "nulls"), (json!({}), "nothing")] {
        assert_eq!(invoice(&value), Ok(Invoice::default()), "{name}");
    }

    let payer = charge(&json!({"billing_details": nulls("name email")})).unwrap();
    assert_eq!(payer.billing_details, Some(BillingDetails::default()));
    let session = session(&json!({
        "customer_details": nulls("name email"),
        "total_details": nulls("amount_discount amount_shipping amount_tax"),
    }))
    .unwrap();
    assert_eq!(session.customer_details, Some(CustomerDetails::default()));
    assert_eq!(session.total_details, Some(TotalDetails::default()));
}

#[test]
fn unknown_fields_and_words_are_let_through() {
    let subscription = subscription(&json!({
        "status": "hibernating",
        "object": "subscription",
        "plan": {"amount": "many", "tiers": [{}, null]},
    }))
    .unwrap();
    assert_eq!(subscription.status.as_deref(), Some("hibernating"));
    let session = session(&json!({"mode": "barter", "payment_status": "promised"})).unwrap();
    assert_eq!(session.mode.as_deref(), Some("barter"));
    assert_eq!(session.payment_status.as_deref(), Some("promised"));
    let invoice = invoice(&json!({"status": "", "billing_reason": "Because"})).unwrap();
    assert_eq!(invoice.status.as_deref(), Some(""));
    assert_eq!(invoice.billing_reason.as_deref(), Some("Because"));
}

#[test]
fn unread_fields_may_hold_what_no_type_can() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for (name, value) in [
        ("huge", "1e999"),
        ("half", r#""\ud800""#),
        ("deep", deep.as_str()),
    ] {
        let body = format!(
            r#"{{"id":"e","type":"charge.succeeded","x":{value},"data":{{"y":{value},"object":{{"z":{value},"amount":7}}}}}}"#
        );
        let object = receive(body).unwrap().object();
        let Ok(EventObject::Charge(charge)) = object else {
            panic!("{name}: {object:?}");
        };
        assert_eq!(charge.amount, Some(7), "{name}");
    }
}

#[test]
fn metadata_keeps_what_is_not_a_string_as_its_json() {
    let value = json!({
        "order_id": "6735", "empty": "", "escaped": "a\n\"\u{1f600}",
        "integer": 42, "float": 1.5, "bool": true, "list": [1, "x"], "map": {"k": null}, "null": null,
    });
    let expected = [
        ("order_id", "6735"),
        ("empty", ""),
        ("escaped", "a\n\"\u{1f600}"),
        ("integer", "42"),
        ("float", "1.5"),
        ("bool", "true"),
        ("list", r#"[1,"x"]"#),
        ("map", r#"{"k":null}"#),
    ]
    .map(|(key, value)| (key.to_owned(), value.to_owned()));
    let expected = Some(expected.into());
    let with = json!({ "metadata": value });
    assert_eq!(charge(&with).unwrap().metadata, expected);
    assert_eq!(session(&with).unwrap().metadata, expected);
    assert_eq!(subscription(&with).unwrap().metadata, expected);
    assert_eq!(invoice(&with).unwrap().metadata, expected);
    assert_eq!(
        charge(&json!({"metadata": {}})).unwrap().metadata,
        Some([].into())
    );
}

#[test]
fn the_object_can_be_read_as_any_type() {
    #[derive(Debug, PartialEq, Deserialize)]
    struct Own {
        amount: u8,
    }
    let event = |object: &str| {
        let body =
            format!(r#"{{"id":"e","type":"charge.succeeded","data":{{"object":{object}}}}}"#);
        receive(body).unwrap()
    };
    assert_eq!(
        event(r#"{"amount":7,"x":[]}"#).object_as(),
        Ok(Own { amount: 7 })
    );
    assert_eq!(event("[1,2]").object_as(), Ok(vec![1, 2]));
    assert_eq!(event(r#"{"a":1.5}"#).object_as(), Ok(json!({"a": 1.5})));
}
