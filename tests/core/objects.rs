//! `data.object` in its types: every field that is known, read from where the API has it.

use serde_json::{Value, json};
use tower_loops::{
    Charge, CheckoutSession, EventObject, Invoice, Metadata, ObjectError, Reference, Subscription,
};

use crate::{event_body, receive};

pub(crate) fn object(event_type: &str, object: &Value) -> Result<EventObject, ObjectError> {
    receive(event_body(event_type, object))
        .expect("the body is an event")
        .object()
}

pub(crate) fn charge(value: &Value) -> Result<Charge, ObjectError> {
    object("charge.succeeded", value).map(|object| match object {
        EventObject::Charge(charge) => charge,
        other => panic!("{other:?}"),
    })
}

pub(crate) fn session(value: &Value) -> Result<CheckoutSession, ObjectError> {
    object("checkout.session.completed", value).map(|object| match object {
        EventObject::CheckoutSession(session) => session,
        other => panic!("{other:?}"),
    })
}

pub(crate) fn subscription(value: &Value) -> Result<Subscription, ObjectError> {
    object("customer.subscription.created", value).map(|object| match object {
        EventObject::Subscription(subscription) => subscription,
        other => panic!("{other:?}"),
    })
}

pub(crate) fn invoice(value: &Value) -> Result<Invoice, ObjectError> {
    object("invoice.payment_failed", value).map(|object| match object {
        EventObject::Invoice(invoice) => invoice,
        other => panic!("{other:?}"),
    })
}

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

fn id(reference: &Option<Reference>) -> Option<&str> {
    reference.as_ref().map(Reference::id)
}

fn metadata(pairs: &[(&str, &str)]) -> Option<Metadata> {
    let owned = pairs
        .iter()
        .map(|(key, value)| (key.to_string(), value.to_string()));
    Some(owned.collect())
}

#[test]
fn each_type_of_event_has_its_type_of_object() {
    let value = json!({"id": "obj_1"});
    let kind = |event_type| match object(event_type, &value).unwrap() {
        EventObject::Charge(charge) => ("charge", charge.id),
        EventObject::CheckoutSession(session) => ("session", session.id),
        EventObject::Subscription(subscription) => ("subscription", subscription.id),
        EventObject::Invoice(invoice) => ("invoice", invoice.id),
        EventObject::Other(value) => ("other", value["id"].as_str().map(str::to_owned)),
        object => panic!("{object:?}"),
    };
    let rows = [
        ("charge.succeeded", "charge"),
        ("charge.refunded", "charge"),
        ("checkout.session.completed", "session"),
        ("customer.subscription.created", "subscription"),
        ("customer.subscription.deleted", "subscription"),
        ("invoice.payment_succeeded", "invoice"),
        ("invoice.payment_failed", "invoice"),
        ("charge.updated", "other"),
        ("customer.subscription.paused", "other"),
        ("", "other"),
    ];
    for (event_type, expected) in rows {
        assert_eq!(kind(event_type), (expected, text("obj_1")), "{event_type}");
    }
}

#[test]
fn a_charge_has_all_its_fields() {
    let charge = charge(&json!({
        "id": "ch_1",
        "amount": 1999,
        "amount_refunded": 500,
        "currency": "usd",
        "description": "Pro plan",
        "billing_details": {"name": "Zoë", "email": "zoe@example.com", "phone": null},
        "metadata": {"order_id": "6735"},
        "outcome": {"risk_score": 7},
    }))
    .unwrap();
    assert_eq!(charge.id, text("ch_1"));
    assert_eq!(charge.amount, Some(1999));
    assert_eq!(charge.amount_refunded, Some(500));
    assert_eq!(charge.currency, text("usd"));
    assert_eq!(charge.description, text("Pro plan"));
    let payer = charge.billing_details.unwrap();
    assert_eq!(payer.name, text("Zoë"));
    assert_eq!(payer.email, text("zoe@example.com"));
    assert_eq!(charge.metadata, metadata(&[("order_id", "6735")]));
}

#[test]
fn a_checkout_session_has_all_its_fields() {
    let session = session(&json!({
        "id": "cs_1",
        "amount_total": 2100,
        "amount_subtotal": 2000,
        "currency": "eur",
        "mode": "payment",
        "payment_status": "paid",
        "livemode": true,
        "success_url": "https://shop.example/ok",
        "cancel_url": "https://shop.example/no",
        "url": "https://pay.example/cs_1",
        "customer": "cus_1",
        "customer_email": "given@example.com",
        "customer_details": {"name": "Ann", "email": "ann@example.com"},
        "client_reference_id": "cart-7",
        "expires_at": 1700003600,
        "metadata": {"order_id": "6735"},
        "payment_intent": "pi_1",
        "total_details": {"amount_discount": 1, "amount_shipping": 2, "amount_tax": 3},
        "productName": "Pro plan",
        "externalCustomerId": "user-42",
        "product_name": "of another API",
    }))
    .unwrap();
    assert_eq!(session.id, text("cs_1"));
    assert_eq!(session.amount_total, Some(2100));
    assert_eq!(session.amount_subtotal, Some(2000));
    assert_eq!(session.currency, text("eur"));
    assert_eq!(session.mode, text("payment"));
    assert_eq!(session.payment_status, text("paid"));
    assert_eq!(session.livemode, Some(true));
    assert_eq!(session.success_url, text("https://shop.example/ok"));
    assert_eq!(session.cancel_url, text("https://shop.example/no"));
    assert_eq!(session.url, text("https://pay.example/cs_1"));
    assert_eq!(id(&session.customer), Some("cus_1"));
    assert_eq!(session.customer_email, text("given@example.com"));
    let customer = session.customer_details.unwrap();
    assert_eq!(customer.name, text("Ann"));
    assert_eq!(customer.email, text("ann@example.com"));
    assert_eq!(session.client_reference_id, text("cart-7"));
    assert_eq!(session.expires_at, Some(1_700_003_600));
    assert_eq!(session.metadata, metadata(&[("order_id", "6735")]));
    assert_eq!(id(&session.payment_intent), Some("pi_1"));
    let details = session.total_details.unwrap();
    let parts = (
        details.amount_discount,
        details.amount_shipping,
        details.amount_tax,
    );
    assert_eq!(parts, (Some(1), Some(2), Some(3)));
    assert_eq!(session.product_name, text("Pro plan"));
    assert_eq!(session.external_customer_id, text("user-42"));
}

#[test]
fn a_subscription_has_all_its_fields() {
    let subscription = subscription(&json!({
        "id": "sub_1",
        "status": "active",
        "customer": {"id": "cus_1", "object": "customer"},
        "currency": "usd",
        "current_period_start": 100,
        "current_period_end": 200,
        "cancel_at_period_end": false,
        "canceled_at": 300,
        "ended_at": 400,
        "trial_end": 500,
        "latest_invoice": "in_1",
        "metadata": {"plan": "pro"},
    }))
    .unwrap();
    assert_eq!(subscription.id, text("sub_1"));
    assert_eq!(subscription.status, text("active"));
    assert_eq!(id(&subscription.customer), Some("cus_1"));
    assert_eq!(subscription.currency, text("usd"));
    assert_eq!(subscription.current_period_start(), Some(100));
    assert_eq!(subscription.current_period_end(), Some(200));
    assert_eq!(subscription.cancel_at_period_end, Some(false));
    assert_eq!(subscription.canceled_at, Some(300));
    assert_eq!(subscription.ended_at, Some(400));
    assert_eq!(subscription.trial_end, Some(500));
    assert_eq!(id(&subscription.latest_invoice), Some("in_1"));
    assert_eq!(subscription.metadata, metadata(&[("plan", "pro")]));
}

#[test]
fn an_invoice_has_all_its_fields() {
    let invoice = invoice(&json!({
        "id": "in_1",
        "status": "open",
        "customer": "cus_1",
        "customer_email": "ann@example.com",
        "subscription": "sub_1",
        "amount_due": 1,
        "amount_paid": 2,
        "amount_remaining": 3,
        "total": 4,
        "currency": "usd",
        "attempt_count": 5,
        "next_payment_attempt": 6,
        "hosted_invoice_url": "https://pay.example/in_1",
        "number": "INV-7",
        "billing_reason": "subscription_cycle",
        "metadata": {"order_id": "6735"},
    }))
    .unwrap();
    assert_eq!(invoice.id, text("in_1"));
    assert_eq!(invoice.status, text("open"));
    assert_eq!(id(&invoice.customer), Some("cus_1"));
    assert_eq!(invoice.customer_email, text("ann@example.com"));
    assert_eq!(invoice.subscription().map(Reference::id), Some("sub_1"));
    assert_eq!(invoice.amount_due, Some(1));
    assert_eq!(invoice.amount_paid, Some(2));
    assert_eq!(invoice.amount_remaining, Some(3));
    assert_eq!(invoice.total, Some(4));
    assert_eq!(invoice.currency, text("usd"));
    assert_eq!(invoice.attempt_count, Some(5));
    assert_eq!(invoice.next_payment_attempt, Some(6));
    assert_eq!(invoice.hosted_invoice_url, text("https://pay.example/in_1"));
    assert_eq!(invoice.number, text("INV-7"));
    assert_eq!(invoice.billing_reason, text("subscription_cycle"));
    assert_eq!(invoice.metadata, metadata(&[("order_id", "6735")]));
}

#[test]
fn an_object_of_an_unknown_type_is_the_json_as_it_is() {
    let value = json!({"a": [1, null, {"b": "c"}]});
    let expected = EventObject::Other(value.clone());
    assert_eq!(object("payout.paid", &value), Ok(expected));
}
