//! Nothing that is shown of an event or an object tells what is the customer's.

use serde_json::{Value, json};
use tower_loops::EventObject;

use crate::{
    BODY, event_body,
    objects::object,
    receive,
    redaction::{MARK, assert_silent},
};

/// Every known field filled with the mark where it can hold one, but for the ids, which are shown.
fn objects() -> Vec<(&'static str, Value)> {
    let number = 8_080_808_080_i64;
    let person = json!({"name": MARK, "email": MARK});
    let metadata = json!({MARK: MARK, "order_id": MARK});
    let charge = json!({
        "id": "obj_1", "amount": number, "amount_refunded": number, "currency": MARK, "description": MARK,
        "billing_details": person, "metadata": metadata, "unknown": MARK,
    });
    let session = json!({
        "id": "obj_1", "amount_total": number, "amount_subtotal": number, "currency": MARK, "mode": MARK,
        "payment_status": MARK, "success_url": MARK, "cancel_url": MARK, "url": MARK, "customer": MARK,
        "customer_email": MARK, "customer_details": person, "client_reference_id": MARK,
        "expires_at": number, "metadata": metadata, "payment_intent": {"id": MARK}, "productName": MARK,
        "total_details": {"amount_discount": number, "amount_shipping": number, "amount_tax": number},
        "externalCustomerId": MARK,
    });
    let subscription = json!({
        "id": "obj_1", "status": MARK, "customer": MARK, "currency": MARK, "canceled_at": number,
        "current_period_start": number, "items": {"data": [{"current_period_end": number}]},
        "latest_invoice": MARK, "metadata": metadata,
    });
    let invoice = json!({
        "id": "obj_1", "status": MARK, "customer": MARK, "customer_email": MARK, "subscription": MARK,
        "parent": {"subscription_details": {"subscription": MARK}}, "amount_due": number, "total": number,
        "currency": MARK, "hosted_invoice_url": MARK, "number": MARK, "billing_reason": MARK,
        "metadata": metadata,
    });
    vec![
        ("charge.succeeded", charge.clone()),
        ("checkout.session.completed", session),
        ("customer.subscription.created", subscription),
        ("invoice.payment_failed", invoice),
        ("payout.paid", charge),
    ]
}

#[test]
fn an_event_shows_its_id_and_type_and_nothing_else() {
    for (event_type, value) in objects() {
        let body = event_body(event_type, &value);
        let event = receive(&body).unwrap();
        assert_silent(event_type, &event, &body);
        let shown = format!("{event:?}");
        assert!(shown.contains("evt_1"), "{shown}");
        assert_silent(event_type, &receive(&body), &body);
    }
}

#[test]
fn an_object_shows_its_id_and_nothing_else() {
    for (event_type, value) in objects() {
        let object = object(event_type, &value).unwrap();
        assert_silent(event_type, &object, BODY);
        let text = format!("{object:?}{object:#?}");
        assert!(!text.contains("8080808080"), "{event_type}: {text}");
        match &object {
            EventObject::Charge(charge) => {
                assert_silent("the charge", charge, BODY);
                assert_silent("who paid", &charge.billing_details, BODY);
            }
            EventObject::CheckoutSession(session) => {
                assert_silent("the session", session, BODY);
                assert_silent("the customer", &session.customer_details, BODY);
                let details = format!("{:?}", session.total_details);
                assert!(!details.contains("8080808080"), "{details}");
            }
            EventObject::Subscription(subscription) => {
                assert_silent("the subscription", subscription, BODY);
            }
            EventObject::Invoice(invoice) => assert_silent("the invoice", invoice, BODY),
            _ => assert_eq!(event_type, "payout.paid"),
        }
    }
}
