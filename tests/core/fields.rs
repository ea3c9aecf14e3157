//! The fields of Loops' to-do lists, in the shapes that the API has had since 2013.

use serde_json::{Value, json};
use tower_loops::{Charge, CheckoutSession, EventData, Subscription};

use crate::{event_body, receive};

/// A function that reads an object from an event of this type.
macro_rules! reader {
    ($name:ident, $event_type:literal, $variant:ident, $object:ty) => {
        pub(crate) fn $name(object: &serde_json::Value) -> $object {
            let event = crate::receive(crate::event_body($event_type, object)).unwrap();
            match event.data() {
                Ok(tower_loops::EventData::$variant(object)) => object,
                other => panic!("{other:?} from {object}"),
            }
        }
    };
}
pub(crate) use reader;

reader!(charge, "charge.refunded", ChargeRefunded, Charge);
#[rustfmt::skip]
reader!(session, "checkout.session.completed", CheckoutSessionCompleted, CheckoutSession);
#[rustfmt::skip]
reader!(subscription, "customer.subscription.deleted", CustomerSubscriptionDeleted, Subscription);

/// Each field has this value.
macro_rules! assert_fields {
    ($object:expr; $($field:ident: $value:expr),* $(,)?) => {{
        let object = &$object;
        $(assert_eq!(object.$field, Some($value.into()), stringify!($field));)*
    }};
}
pub(crate) use assert_fields;

#[test]
fn charge_has_its_fields() {
    let value = json!({
        "id": "ch_1", "object": "charge", "created": 1_362_000_000, "livemode": true, "captured": true,
        "amount": 4000, "currency": "usd", "refunded": false, "amount_refunded": 1500, "description": "Gold",
        "status": "failed", "paid": false, "failure_code": "card_declined",
        "failure_message": "Your card was declined.", "receipt_email": "a@example.com", "receipt_url": "https://r",
        "customer": {"id": "cus_1", "object": "customer"}, "invoice": "in_1", "payment_intent": {"id": "pi_1"},
        "billing_details": {"name": "Ann", "email": "a@example.com", "phone": "+1", "address": {"country": "US",
            "city": "Portland", "line1": "12 Alder Street", "line2": "b", "postal_code": "97205", "state": "OR"}},
        "metadata": {"order_id": "7"},
        "refunds": {"object": "list", "has_more": false, "data": [{"id": "re_1", "amount": 500, "created": 7,
            "reason": "duplicate", "status": "succeeded"}]},
    });
    // Until 2014 the refunds were a bare list, since 2022 there are none.
    let mut bare = value.clone();
    bare["refunds"] = value["refunds"]["data"].clone();
    assert_eq!(charge(&bare), charge(&value));
    bare["refunds"].take();
    assert!(charge(&bare).refunds().is_empty());

    let charge = charge(&value);
    assert_eq!(charge.unreadable(), [""; 0]);
    assert_fields!(charge;
        id: "ch_1", created: 1_362_000_000, livemode: true, captured: true, amount: 4000, currency: "usd",
        refunded: false, amount_refunded: 1500, description: "Gold", status: "failed", paid: false,
        failure_code: "card_declined", failure_message: "Your card was declined.", customer: "cus_1",
        receipt_email: "a@example.com", receipt_url: "https://r", invoice: "in_1", payment_intent: "pi_1");
    let payer = charge.billing_details.as_ref().unwrap();
    assert_fields!(payer; name: "Ann", email: "a@example.com", phone: "+1");
    assert_fields!(payer.address.as_ref().unwrap();
        country: "US", city: "Portland", line1: "12 Alder Street", line2: "b", postal_code: "97205", state: "OR");
    let [refund] = charge.refunds() else {
        panic!("{charge:?}")
    };
    assert_fields!(refund; id: "re_1", amount: 500, reason: "duplicate", status: "succeeded", created: 7);
    assert_eq!(charge.metadata.unwrap()["order_id"], "7");
}

#[test]
fn what_a_refund_adds_is_the_difference_to_the_previous_attributes() {
    #[derive(serde::Deserialize)]
    struct Previous {
        amount_refunded: i64,
    }
    let body = r#"{"id":"e","type":"charge.refunded","data":{"object":{"amount_refunded":2550},
        "previous_attributes":{"amount_refunded":1000,"refunded":false}}}"#;
    let event = receive(body).unwrap();
    let Ok(EventData::ChargeRefunded(charge)) = event.data() else {
        panic!("{event:?}")
    };
    let previous: Previous = event.previous_as().unwrap().unwrap();
    assert_eq!(
        charge.amount_refunded.unwrap() - previous.amount_refunded,
        1550
    );
    let lone = r#"{"id":"e","type":"t","data":{"previous_attributes":{"a\ud83d":"\udc00"}}}"#;
    let previous: Option<Value> = receive(lone).unwrap().previous_as().unwrap();
    assert_eq!(previous, Some(json!({"a\u{fffd}": "\u{fffd}"})));
    let none = receive(event_body("charge.refunded", &json!({}))).unwrap();
    assert!(none.previous_as::<Value>().unwrap().is_none());
    // PHP's spelling of an empty map.
    let empty = r#"{"id":"e","type":"t","data":{"previous_attributes":[ ]}}"#;
    let empty = receive(empty).unwrap().previous_as::<Previous>();
    assert!(empty.unwrap().is_none());
}

#[test]
fn checkout_session_has_its_fields() {
    let address = json!({"country": "GB", "city": "Leeds", "line1": "7 Wharf Lane", "postal_code": "LS1 4AP"});
    let session = session(&json!({
        "id": "cs_1", "object": "checkout.session", "created": 1, "expires_at": 2, "livemode": true, "status": "complete",
        "amount_total": 2100, "amount_subtotal": 2000, "currency": "eur", "mode": "subscription",
        "payment_status": "paid", "success_url": "https://s", "cancel_url": "https://c", "url": "https://u",
        "customer": "cus_1", "customer_email": "given@example.com", "subscription": {"id": "sub_1"}, "invoice": "in_1",
        "payment_intent": "pi_1", "payment_link": "plink_1", "setup_intent": "seti_1", "client_reference_id": "cart-7",
        "customer_details": {"name": "Ann", "email": "ann@example.com", "phone": "+44", "address": address},
        "total_details": {"amount_discount": 1, "amount_shipping": 2, "amount_tax": 3},
        "productName": "Pro plan", "externalCustomerId": "user-42", "product_name": "of another API",
        "shipping_details": {"name": "Bob", "address": address}, "payment_method_types": ["card", "link"],
        "locale": "en-GB", "metadata": {"order_id": "7"},
        "custom_fields": [{"key": "engraving", "type": "text", "text": {"value": "For Ada"}}],
        "line_items": {"object": "list", "data": [{"id": "li_1", "amount_total": 2100, "currency": "eur",
            "description": "Lamp", "quantity": 2, "price": {"id": "price_1", "product": "prod_1"}}]},
    }));
    assert_eq!(session.unreadable(), [""; 0]);
    assert_fields!(session;
        id: "cs_1", created: 1, expires_at: 2, livemode: true, status: "complete", amount_total: 2100,
        amount_subtotal: 2000, currency: "eur", mode: "subscription", payment_status: "paid", success_url: "https://s",
        cancel_url: "https://c", url: "https://u", customer: "cus_1", customer_email: "given@example.com",
        subscription: "sub_1", invoice: "in_1", payment_intent: "pi_1", payment_link: "plink_1",
        setup_intent: "seti_1", client_reference_id: "cart-7", product_name: "Pro plan",
        external_customer_id: "user-42", locale: "en-GB");
    let customer = session.customer_details.as_ref().unwrap();
    assert_fields!(customer; name: "Ann", email: "ann@example.com", phone: "+44");
    assert_fields!(customer.address.as_ref().unwrap(); country: "GB", postal_code: "LS1 4AP");
    let totals = session.total_details.as_ref().unwrap();
    assert_fields!(totals; amount_discount: 1, amount_shipping: 2, amount_tax: 3);
    let shipping = session.shipping_details.as_ref().unwrap();
    assert_fields!(shipping; name: "Bob");
    assert_fields!(shipping.address.as_ref().unwrap(); city: "Leeds");
    let [item] = session.line_items() else {
        panic!("{session:?}")
    };
    assert_fields!(item; id: "li_1", amount_total: 2100, currency: "eur", description: "Lamp", quantity: 2);
    assert_eq!(
        (item.price(), item.product()),
        (Some("price_1"), Some("prod_1"))
    );
}

#[test]
fn subscription_has_its_fields_and_one_plan_in_2013() {
    let subscription = subscription(&json!({
        "id": "sub_1", "plan": {"id": "gold", "object": "plan", "amount": 2000, "interval": "month"}, "quantity": 2,
        "status": "trialing", "customer": "cus_1", "current_period_start": 2, "current_period_end": 3,
        "trial_start": 4, "trial_end": 5, "ended_at": 6, "canceled_at": 7, "cancel_at_period_end": true,
        "currency": "usd", "latest_invoice": {"id": "in_1"}, "created": 8, "start_date": 9, "cancel_at": 10,
        "collection_method": "send_invoice", "default_payment_method": {"id": "pm_1"}, "metadata": {"plan": "pro"},
        "cancellation_details": {"reason": "cancellation_requested", "feedback": "unused", "comment": "Bye"},
    }));
    assert_fields!(subscription;
        id: "sub_1", status: "trialing", customer: "cus_1", trial_start: 4, trial_end: 5, ended_at: 6, canceled_at: 7,
        cancel_at_period_end: true, currency: "usd", latest_invoice: "in_1", created: 8, start_date: 9, cancel_at: 10,
        collection_method: "send_invoice", default_payment_method: "pm_1");
    assert_fields!(subscription.cancellation_details.as_ref().unwrap();
        reason: "cancellation_requested", feedback: "unused", comment: "Bye");
    let [item] = subscription.items() else {
        panic!("{subscription:?}")
    };
    assert_eq!(
        (item.quantity, item.price(), item.product()),
        (Some(2), Some("gold"), None)
    );
    assert_eq!(subscription.current_period_start(), Some(2));
    assert_eq!(subscription.current_period_end(), Some(3));
    assert_eq!(subscription.metadata.unwrap()["plan"], "pro");
}

#[test]
fn subscription_items_have_plans_then_prices_then_periods() {
    let generations = [
        json!({"plan": {"id": "gold", "product": "prod_1"}}),
        json!({"plan": {"id": "old", "product": "prod_0"}, "price": {"id": "gold", "product": {"id": "prod_1"}}}),
        json!({"current_period_start": 2, "current_period_end": 3, "price": {"id": "gold", "product": "prod_1"}}),
    ];
    for mut item in generations {
        item["id"] = json!("si_1");
        item["quantity"] = json!(3);
        item["metadata"] = json!({"a": "b"});
        for list in [json!({"object": "list", "data": [item]}), json!([item])] {
            let subscription =
                subscription(&json!({"items": list, "plan": {"id": "top"}, "quantity": 9}));
            let [read] = subscription.items() else {
                panic!("{item}")
            };
            assert_fields!(read; id: "si_1", quantity: 3);
            assert_eq!(
                (read.price(), read.product()),
                (Some("gold"), Some("prod_1")),
                "{item}"
            );
            assert_eq!(read.metadata.as_ref().unwrap()["a"], "b");
            let end = item["current_period_end"].as_i64();
            assert_eq!(
                (read.current_period_end, subscription.current_period_end()),
                (end, end)
            );
        }
    }
    for (object, start, end) in [
        (
            json!({"items": {"data": [{"current_period_start": 5, "current_period_end": 30},
            {"current_period_start": 2, "current_period_end": 9}]}}),
            2,
            30,
        ),
        (
            json!({"current_period_start": 1, "items": [null, {"current_period_end": 9}]}),
            1,
            9,
        ),
    ] {
        let read = subscription(&object);
        let period = (read.current_period_start(), read.current_period_end());
        assert_eq!(period, (Some(start), Some(end)), "{object}");
    }
}
