//! The fields of Loops' to-do lists, in the shapes that the API has had since 2013.

use serde_json::{Value, json};
use tower_loops::{Charge, CheckoutSession, EventData, Invoice, Reference, Subscription};

use crate::{event_body, receive};

macro_rules! reader {
    ($name:ident, $event_type:literal, $variant:ident, $object:ty) => {
        pub(crate) fn $name(object: &Value) -> $object {
            match receive(event_body($event_type, object)).unwrap().data() {
                Ok(EventData::$variant(object)) => object,
                other => panic!("{other:?} from {object}"),
            }
        }
    };
}

reader!(charge, "charge.refunded", ChargeRefunded, Charge);
reader!(
    session,
    "checkout.session.completed",
    CheckoutSessionCompleted,
    CheckoutSession
);
reader!(
    subscription,
    "customer.subscription.deleted",
    CustomerSubscriptionDeleted,
    Subscription
);
reader!(
    invoice,
    "invoice.payment_succeeded",
    InvoicePaymentSucceeded,
    Invoice
);

/// Each field has this value.
macro_rules! assert_fields {
    ($object:expr; $($field:ident: $value:expr),* $(,)?) => {{
        let object = &$object;
        $(assert_eq!(object.$field, Some($value.into()), stringify!($field));)*
    }};
}

#[test]
fn charge_of_2013_has_a_bare_list_of_refunds() {
    let charge = charge(&json!({
        "id": "ch_1", "object": "charge", "created": 1_362_000_000, "livemode": true, "paid": true, "captured": true,
        "amount": 4000, "currency": "usd", "refunded": false, "amount_refunded": 1500, "customer": "cus_1",
        "invoice": "in_1", "description": "Gold", "failure_code": null, "failure_message": null, "fee": 146,
        "card": {"object": "card", "last4": "4242"}, "metadata": {},
        "refunds": [
            {"object": "refund", "amount": 1000, "currency": "usd", "created": 1_362_100_000},
            {"object": "refund", "amount": 500, "currency": "usd", "created": 1_362_200_000},
        ],
    }));
    assert_fields!(charge;
        id: "ch_1", created: 1_362_000_000, livemode: true, paid: true, captured: true, amount: 4000, currency: "usd",
        refunded: false, amount_refunded: 1500, customer: "cus_1", invoice: "in_1", description: "Gold");
    assert_eq!(
        (&charge.failure_code, &charge.failure_message),
        (&None, &None)
    );
    let amounts = charge.refunds().iter().map(|refund| refund.amount);
    assert_eq!(amounts.collect::<Vec<_>>(), [Some(1000), Some(500)]);
    assert_eq!(charge.unreadable(), [""; 0]);
}

#[test]
fn charge_since_2014_has_a_list_object_of_refunds_and_later_none() {
    let value = json!({
        "id": "ch_1", "amount": 4000, "status": "failed", "paid": false, "failure_code": "card_declined",
        "failure_message": "Your card was declined.", "receipt_email": "a@example.com", "receipt_url": "https://r",
        "customer": {"id": "cus_1", "object": "customer"}, "invoice": {"id": "in_1"}, "payment_intent": {"id": "pi_1"},
        "billing_details": {"name": "Ann", "email": "a@example.com", "phone": "+1", "address": {"country": "US",
            "city": "Portland", "line1": "12 Alder Street", "line2": "b", "postal_code": "97205", "state": "OR"}},
        "metadata": {"order_id": "7"},
        "refunds": {"object": "list", "has_more": false, "data": [{"id": "re_1", "amount": 500, "created": 7,
            "reason": "duplicate", "status": "succeeded"}]},
    });
    let mut newer = value.clone();
    newer["refunds"].take();
    assert!(charge(&newer).refunds().is_empty());
    let charge = charge(&value);
    assert_fields!(charge;
        status: "failed", paid: false, failure_code: "card_declined", failure_message: "Your card was declined.",
        receipt_email: "a@example.com", receipt_url: "https://r", customer: "cus_1", invoice: "in_1",
        payment_intent: "pi_1");
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
fn subscription_of_2013_has_one_plan() {
    let subscription = subscription(&json!({
        "id": "sub_1", "plan": {"id": "gold", "object": "plan", "amount": 2000, "interval": "month"}, "quantity": 2,
        "status": "trialing", "customer": "cus_1", "start": 1, "current_period_start": 2, "current_period_end": 3,
        "trial_start": 4, "trial_end": 5, "ended_at": 6, "canceled_at": 7, "cancel_at_period_end": true,
    }));
    assert_fields!(subscription;
        id: "sub_1", status: "trialing", customer: "cus_1", trial_start: 4, trial_end: 5, ended_at: 6, canceled_at: 7,
        cancel_at_period_end: true);
    let [item] = subscription.items() else {
        panic!("{subscription:?}")
    };
    assert_fields!(item; quantity: 2);
    assert_eq!((item.price(), item.product()), (Some("gold"), None));
    assert_eq!(subscription.current_period_start(), Some(2));
    assert_eq!(subscription.current_period_end(), Some(3));
}

#[test]
fn subscription_items_have_plans_then_prices_then_periods() {
    let of_2018 = json!({"id": "si_1", "quantity": 3, "metadata": {"a": "b"}, "plan": {"id": "gold", "product": "prod_1"}});
    let of_2020 = json!({"id": "si_1", "quantity": 3, "metadata": {"a": "b"}, "plan": {"id": "old", "product": "prod_0"},
        "price": {"id": "gold", "product": {"id": "prod_1", "object": "product"}}});
    let of_2025 = json!({"id": "si_1", "quantity": 3, "metadata": {"a": "b"}, "current_period_start": 2,
        "current_period_end": 3, "price": {"id": "gold", "product": "prod_1"}});
    for (item, has_period) in [(of_2018, false), (of_2020, false), (of_2025, true)] {
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
            assert_eq!(read.current_period_end.is_some(), has_period, "{item}");
            assert_eq!(subscription.current_period_end(), read.current_period_end);
        }
    }
    let two = subscription(&json!({"items": {"data": [
        {"current_period_start": 5, "current_period_end": 30}, {"current_period_start": 2, "current_period_end": 9}]}}));
    assert_eq!(
        (two.current_period_start(), two.current_period_end()),
        (Some(2), Some(30))
    );
    let own = subscription(
        &json!({"current_period_start": 1, "items": [null, {"current_period_end": 9}]}),
    );
    assert_eq!(
        (own.current_period_start(), own.current_period_end()),
        (Some(1), Some(9))
    );
}

#[test]
fn subscription_has_its_other_fields() {
    let subscription = subscription(&json!({
        "currency": "usd", "latest_invoice": {"id": "in_1"}, "created": 1, "start_date": 2, "cancel_at": 3,
        "collection_method": "send_invoice", "default_payment_method": {"id": "pm_1"}, "metadata": {"plan": "pro"},
        "cancellation_details": {"reason": "cancellation_requested", "feedback": "unused", "comment": "Bye"},
    }));
    assert_fields!(subscription;
        currency: "usd", latest_invoice: "in_1", created: 1, start_date: 2, cancel_at: 3,
        collection_method: "send_invoice", default_payment_method: "pm_1");
    assert_fields!(subscription.cancellation_details.as_ref().unwrap();
        reason: "cancellation_requested", feedback: "unused", comment: "Bye");
    assert_eq!(subscription.metadata.unwrap()["plan"], "pro");
}

/// The fields of an invoice that no generation moved.
#[test]
fn invoice_has_its_fields() {
    let invoice = invoice(&json!({
        "id": "in_1", "object": "invoice", "status": "open", "customer": "cus_1", "customer_email": "a@example.com",
        "customer_name": "Ann", "amount_due": 1, "amount_paid": 2, "amount_remaining": 3, "total": 4, "subtotal": 5,
        "tax": 6, "currency": "usd", "attempt_count": 7, "next_payment_attempt": 8, "due_date": 9, "created": 10,
        "period_start": 11, "period_end": 12, "hosted_invoice_url": "https://h", "invoice_pdf": "https://p",
        "number": "INV-7", "billing_reason": "subscription_cycle", "collection_method": "charge_automatically",
        "default_payment_method": "pm_1", "payment_intent": {"id": "pi_1"}, "charge": "ch_1", "metadata": {"a": "b"},
        "last_finalization_error": {"code": "x", "message": "No tax rate."}, "status_transitions": {"paid_at": 13},
    }));
    assert_fields!(invoice;
        id: "in_1", status: "open", customer: "cus_1", customer_email: "a@example.com", customer_name: "Ann",
        amount_due: 1, amount_paid: 2, amount_remaining: 3, total: 4, subtotal: 5, tax: 6, currency: "usd",
        attempt_count: 7, next_payment_attempt: 8, due_date: 9, created: 10, period_start: 11, period_end: 12,
        hosted_invoice_url: "https://h", invoice_pdf: "https://p", number: "INV-7",
        billing_reason: "subscription_cycle", collection_method: "charge_automatically",
        default_payment_method: "pm_1", payment_intent: "pi_1", charge: "ch_1", paid_at: 13);
    assert_fields!(invoice.last_finalization_error.as_ref().unwrap(); message: "No tax rate.");
    assert_eq!(invoice.metadata.unwrap()["a"], "b");
}

#[test]
fn invoice_lines_name_price_subscription_and_proration_in_every_generation() {
    let line = |more: Value| {
        let mut line = json!({"id": "il_1", "amount": 900, "currency": "usd", "description": "Gold", "quantity": 3,
            "period": {"start": 100, "end": 200}, "metadata": {"a": "b"}});
        line.as_object_mut()
            .unwrap()
            .append(&mut more.as_object().unwrap().clone());
        line
    };
    let of_2013 = line(
        json!({"type": "subscription", "plan": {"id": "gold"}, "proration": true, "subscription": "sub_1"}),
    );
    let of_2020 = line(
        json!({"type": "subscription", "price": {"id": "gold", "product": "prod_1"}, "plan": {"id": "old"},
        "proration": true, "subscription": {"id": "sub_1"}}),
    );
    let of_2025 = line(
        json!({"pricing": {"price_details": {"price": "gold", "product": "prod_1"}},
        "parent": {"type": "subscription_item_details",
            "subscription_item_details": {"proration": true, "subscription": "sub_1"}}}),
    );
    for (line, product) in [
        (of_2013, None),
        (of_2020, Some("prod_1")),
        (of_2025, Some("prod_1")),
    ] {
        for list in [
            json!({"object": "list", "data": [line], "has_more": true}),
            json!([line]),
        ] {
            let invoice = invoice(&json!({ "lines": list }));
            assert_eq!(invoice.lines_truncated(), list.is_object());
            let [read] = invoice.lines() else {
                panic!("{line}")
            };
            assert_fields!(read;
                id: "il_1", amount: 900, currency: "usd", description: "Gold", quantity: 3, proration: true);
            assert_fields!(read.period.as_ref().unwrap(); start: 100, end: 200);
            assert_eq!(
                (read.price(), read.product()),
                (Some("gold"), product),
                "{line}"
            );
            assert_eq!(
                read.subscription().map(Reference::id),
                Some("sub_1"),
                "{line}"
            );
            assert_eq!(read.metadata.as_ref().unwrap()["a"], "b");
            assert_eq!(
                invoice.subscription().map(Reference::id),
                Some("sub_1"),
                "{line}"
            );
            assert_eq!(invoice.paid_until(), None, "{line}");
        }
    }
}

#[test]
fn invoice_names_the_subscription_and_its_metadata_in_every_generation() {
    for (value, has_metadata) in [
        (json!({"subscription": "sub_1"}), false),
        (
            json!({"subscription": {"id": "sub_1"}, "subscription_details": {"metadata": {"user": "7"}}}),
            true,
        ),
        (
            json!({"parent": {"subscription_details": {"subscription": "sub_1", "metadata": {"user": "7"}}}}),
            true,
        ),
        (
            json!({"subscription": "sub_1", "parent": {"subscription_details": {"subscription": "sub_2"}}}),
            false,
        ),
        (
            json!({"subscription": null, "lines": {"data": [{"amount": 1}, {"subscription": "sub_1"}]}}),
            false,
        ),
    ] {
        let invoice = invoice(&value);
        assert_eq!(
            invoice.subscription().map(Reference::id),
            Some("sub_1"),
            "{value}"
        );
        let user = invoice
            .subscription_metadata()
            .and_then(|metadata| metadata.get("user"));
        assert_eq!(user.is_some(), has_metadata, "{value}");
    }
}

#[test]
fn invoice_is_paid_until_the_last_period_of_its_subscription() {
    let old = |end: i64, proration: bool| {
        json!({"type": "subscription", "subscription": "sub_1", "proration": proration,
        "period": {"start": 1, "end": end}})
    };
    let new = |end: i64, proration: bool| {
        json!({"parent": {"subscription_item_details": {"subscription": "sub_1",
        "proration": proration}}, "period": {"start": 1, "end": end}})
    };
    let item = json!({"type": "invoiceitem", "period": {"start": 1, "end": 999}});
    for (lines, until) in [
        (
            vec![
                old(200, false),
                old(300, false),
                old(900, true),
                item.clone(),
            ],
            Some(300),
        ),
        (
            vec![new(200, false), new(300, false), new(900, true)],
            Some(300),
        ),
        (vec![old(900, true), item], None),
        (vec![], None),
    ] {
        let value = json!({"subscription": "sub_1", "period_end": 100, "lines": {"data": lines}});
        assert_eq!(invoice(&value).paid_until(), until, "{value}");
    }
}

#[test]
fn a_neighbour_of_the_seven_types_is_typed_by_its_object() {
    use tower_loops::EventObject as Object;
    let data = |event_type, object| {
        let event = receive(event_body(
            event_type,
            &json!({"id": "x", "object": object}),
        ))
        .unwrap();
        event.data().unwrap()
    };
    for (event_type, object) in [
        ("invoice.paid", "invoice"),
        ("customer.subscription.updated", "subscription"),
        (
            "checkout.session.async_payment_succeeded",
            "checkout.session",
        ),
        ("charge.updated", "charge"),
        ("charge.dispute.created", "dispute"),
        // A known type whose object says that it is another.
        ("charge.succeeded", "invoice"),
        ("invoice.payment_failed", "dispute"),
    ] {
        let EventData::Other(read) = data(event_type, object) else {
            panic!("{event_type}")
        };
        let kind = match read {
            Object::Charge(_) => "charge",
            Object::CheckoutSession(_) => "checkout.session",
            Object::Subscription(_) => "subscription",
            Object::Invoice(_) => "invoice",
            _ => "dispute",
        };
        assert_eq!(kind, object, "{event_type}");
    }
    let invoice = receive(event_body("invoice.paid", &json!({"object": "invoice"}))).unwrap();
    assert!(invoice.object_as::<Charge>().is_err());
    assert!(invoice.object_as::<Invoice>().is_ok());
}
