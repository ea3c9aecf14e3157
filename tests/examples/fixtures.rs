//! The example events: each is what its file name says, and has every field that the crate reads of its kind.

use std::time::SystemTime;

use serde_json::Value;
use tower_loops::{EventObject, Secret, Signer, VerifiedEvent, Verifier};

macro_rules! events {
    ($($event_type:literal: $kind:ident,)*) => {
        [$(($event_type, stringify!($kind), include_str!(concat!("../../examples/events/", $event_type, ".json"))),)*]
    };
}

const EVENTS: [(&str, &str, &str); 8] = events! {
    "charge.succeeded": Charge,
    "charge.refunded": Charge,
    "checkout.session.completed": CheckoutSession,
    "customer.subscription.created": Subscription,
    "customer.subscription.deleted": Subscription,
    "invoice.payment_succeeded": Invoice,
    "invoice.payment_failed": Invoice,
    "payout.paid": Other,
};

fn verified(payload: &'static str) -> VerifiedEvent {
    let secret = Secret::new("whsec_fixtures").expect("not empty");
    let now = SystemTime::now();
    let header = Signer::new(secret.clone()).sign(payload.as_bytes(), now);
    Verifier::new(secret)
        .verify(header.as_bytes(), payload.into(), now)
        .expect("a genuine event")
}

#[test]
fn each_is_an_event_of_its_type() {
    for (event_type, kind, payload) in EVENTS {
        let event = verified(payload);
        assert_eq!(event.event_type().as_str(), event_type);
        assert!(event.id().starts_with("evt_"), "{event_type}");
        assert!(event.created().is_some(), "{event_type}");
        assert_eq!(event.livemode(), Some(false), "{event_type}");
        let object = event.object().expect(event_type);
        let got = match object {
            EventObject::Charge(_) => "Charge",
            EventObject::CheckoutSession(_) => "CheckoutSession",
            EventObject::Subscription(_) => "Subscription",
            EventObject::Invoice(_) => "Invoice",
            EventObject::Other(_) => "Other",
            _ => "a kind that this test does not know",
        };
        assert_eq!(got, kind, "{event_type}");
    }
}

#[test]
fn each_has_the_fields_of_its_kind() {
    let fields = |kind| match kind {
        "Charge" => {
            "id amount amount_refunded currency description billing_details/name billing_details/email \
             metadata/order_id"
        }
        "CheckoutSession" => {
            "id amount_total amount_subtotal currency mode payment_status livemode success_url cancel_url url \
             customer customer_email customer_details/email client_reference_id expires_at metadata/order_id \
             payment_intent total_details productName externalCustomerId"
        }
        "Subscription" => {
            "id status customer currency cancel_at_period_end canceled_at ended_at trial_end latest_invoice \
             metadata/order_id items/data/0"
        }
        "Invoice" => {
            "id status customer customer_email amount_due amount_paid amount_remaining total currency attempt_count \
             next_payment_attempt hosted_invoice_url number billing_reason metadata/order_id lines/data/0"
        }
        _ => "id",
    };
    for (event_type, kind, payload) in EVENTS {
        let json: Value = serde_json::from_str(payload).expect(event_type);
        for field in fields(kind).split_whitespace() {
            let pointer = format!("/data/object/{field}");
            assert!(
                json.pointer(&pointer).is_some(),
                "{event_type} has no {field}"
            );
        }
    }
}

#[test]
fn what_moved_between_api_versions_is_there_in_both_places() {
    for (event_type, _, payload) in EVENTS {
        match verified(payload).object().expect(event_type) {
            EventObject::Subscription(subscription) => {
                let period = subscription
                    .current_period_start()
                    .zip(subscription.current_period_end());
                let (start, end) = period.expect(event_type);
                assert!(start < end, "{event_type}");
            }
            EventObject::Invoice(invoice) => {
                let subscription = invoice.subscription().expect(event_type);
                assert!(subscription.id().starts_with("sub_"), "{event_type}");
            }
            _ => {}
        }
    }
    let has = |event_type: &str, pointer: &str| {
        let (_, _, payload) = EVENTS
            .iter()
            .find(|event| event.0 == event_type)
            .expect("known");
        let json: Value = serde_json::from_str(payload).expect("JSON");
        json.pointer(&format!("/data/object/{pointer}")).is_some()
    };
    let cases = [
        (
            "customer.subscription.created",
            "items/data/0/current_period_end",
        ),
        ("customer.subscription.deleted", "current_period_end"),
        (
            "invoice.payment_succeeded",
            "parent/subscription_details/subscription",
        ),
        ("invoice.payment_failed", "subscription"),
    ];
    for (event_type, pointer) in cases {
        assert!(has(event_type, pointer), "{event_type} has no {pointer}");
    }
}
