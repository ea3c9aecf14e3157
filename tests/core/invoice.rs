//! Invoices in the shapes that the API has had since 2013: lines, subscription, period.

use serde_json::{Value, json};
use tower_loops::{Invoice, Reference};

use crate::fields::{assert_fields, reader};

#[rustfmt::skip]
reader!(invoice, "invoice.payment_succeeded", InvoicePaymentSucceeded, Invoice);

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
fn lines_name_price_subscription_and_proration_in_every_generation() {
    let common = json!({"id": "il_1", "amount": 900, "currency": "usd", "description": "Gold", "quantity": 3,
        "period": {"start": 100, "end": 200}, "metadata": {"a": "b"}});
    let generations = [
        json!({"type": "subscription", "plan": {"id": "gold"}, "proration": true, "subscription": "sub_1"}),
        json!({"type": "subscription", "price": {"id": "gold", "product": "prod_1"}, "plan": {"id": "old"},
            "proration": true, "subscription": {"id": "sub_1"}}),
        json!({"pricing": {"price_details": {"price": "gold", "product": "prod_1"}},
            "parent": {"subscription_item_details": {"proration": true, "subscription": "sub_1"}}}),
    ];
    for (mut line, product) in generations
        .into_iter()
        .zip([None, Some("prod_1"), Some("prod_1")])
    {
        line.as_object_mut()
            .unwrap()
            .append(&mut common.as_object().unwrap().clone());
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
            assert_eq!(read.metadata.as_ref().unwrap()["a"], "b");
            for subscription in [read.subscription(), invoice.subscription()] {
                assert_eq!(subscription.map(Reference::id), Some("sub_1"), "{line}");
            }
            assert_eq!(invoice.paid_until(), None, "{line}");
        }
    }
}

#[test]
fn the_subscription_and_its_metadata_are_found_in_every_generation() {
    for value in [
        json!({"subscription": "sub_1"}),
        json!({"subscription": "sub_1", "parent": {"subscription_details": {"subscription": "sub_2"}}}),
        json!({"subscription": null, "lines": {"data": [{"amount": 1}, {"subscription": "sub_1"}]}}),
        json!({"subscription": {"id": "sub_1"}, "subscription_details": {"metadata": {"user": "7"}}}),
        json!({"parent": {"subscription_details": {"subscription": "sub_1", "metadata": {"user": "7"}}}}),
    ] {
        let invoice = invoice(&value);
        assert_eq!(
            invoice.subscription().map(Reference::id),
            Some("sub_1"),
            "{value}"
        );
        let has_metadata = value.to_string().contains("user");
        let user = invoice
            .subscription_metadata()
            .and_then(|metadata| metadata.get("user"));
        assert_eq!(user.is_some(), has_metadata, "{value}");
    }
}

#[test]
fn paid_until_is_the_last_period_of_the_subscription() {
    let period = |end: i64| json!({"start": 1, "end": end});
    let old = |end: i64, proration: bool| json!({"type": "subscription", "subscription": "sub_1", "proration": proration, "period": period(end)});
    let new = |end: i64, proration: bool| {
        let details = json!({"subscription": "sub_1", "proration": proration});
        json!({"parent": {"subscription_item_details": details}, "period": period(end)})
    };
    let item = json!({"type": "invoiceitem", "period": period(999)});
    let rows: [(Vec<Value>, _); 4] = [
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
    ];
    for (lines, until) in rows {
        let value = json!({"subscription": "sub_1", "period_end": 100, "lines": {"data": lines}});
        assert_eq!(invoice(&value).paid_until(), until, "{value}");
    }
}

#[test]
fn the_payment_intent_is_that_of_the_default_payment_or_of_all() {
    let payment = |intent: Value, is_default: Value| {
        json!({"is_default": is_default,
        "status": "paid", "payment": {"type": "payment_intent", "payment_intent": intent}})
    };
    let rows = [
        (json!([]), None),
        (json!([payment(json!("pi_1"), json!(null))]), Some("pi_1")),
        (
            json!([
                payment(json!("pi_1"), json!(false)),
                payment(json!({"id": "pi_2"}), json!(true))
            ]),
            Some("pi_2"),
        ),
        (
            json!([
                payment(json!("pi_1"), json!(null)),
                payment(json!("pi_2"), json!(null))
            ]),
            None,
        ),
        (
            json!([
                payment(json!("pi_1"), json!(null)),
                payment(json!("pi_1"), json!(null))
            ]),
            Some("pi_1"),
        ),
        (
            json!([{"payment": {"type": "charge", "charge": "ch_1"}}]),
            None,
        ),
    ];
    for (payments, expected) in rows {
        for list in [json!({"object": "list", "data": payments}), payments] {
            let read = invoice(&json!({"payment_intent": null, "payments": list}));
            let intent = read.payment_intent.as_ref().map(Reference::id);
            assert_eq!(intent, expected, "{list}");
            assert_eq!(read.unreadable(), [""; 0], "{list}");
            let read = invoice(&json!({"payment_intent": "pi_0", "payments": list}));
            assert_eq!(read.payment_intent, Some("pi_0".into()), "{list}");
        }
    }
    let unreadable = payment(json!({"no": "id"}), json!(true));
    let read = invoice(&json!({"payments": {"data": [unreadable]}}));
    let path = "data.object.payments.data[0].payment.payment_intent";
    assert_eq!(
        (read.payment_intent.as_ref(), read.unreadable()),
        (None, &[path.to_owned()][..])
    );
}

#[test]
fn lists_without_has_more_are_truncated_if_they_count_more_than_they_have() {
    let line = json!({"amount": 1});
    for (list, expected) in [
        (json!({"object": "list", "count": 3, "data": [line]}), true),
        (
            json!({"object": "list", "total_count": 2, "data": [line]}),
            true,
        ),
        (json!({"object": "list", "count": 1, "data": [line]}), false),
        (
            json!({"object": "list", "count": 3, "has_more": false, "data": [line]}),
            false,
        ),
        (json!([line]), false),
    ] {
        assert_eq!(
            invoice(&json!({"lines": list})).lines_truncated(),
            expected,
            "{list}"
        );
    }
}
