//! A realistic event of each type.

use serde_json::{Value, json};

use crate::event::EventType;

macro_rules! file {
    ($event_type:literal) => {
        include_str!(concat!("samples/", $event_type, ".json"))
    };
}

/// A realistic whole event of this type, in live mode.
///
/// A type beyond the seven gets the object of its neighbour: `invoice.paid` that of
/// `invoice.payment_succeeded`. If there is none, the object has an `id`, and the `object` that the
/// type names: `payout` for `payout.paid`.
#[must_use]
#[expect(
    clippy::missing_panics_doc,
    reason = "the samples are JSON: a test reads each"
)]
pub fn sample(event_type: &EventType) -> Value {
    let name = event_type.as_str();
    let (resource, _) = name.rsplit_once('.').unwrap_or((name, ""));
    let text = match event_type {
        EventType::ChargeRefunded => file!("charge.refunded"),
        EventType::CustomerSubscriptionDeleted => file!("customer.subscription.deleted"),
        EventType::InvoicePaymentFailed => file!("invoice.payment_failed"),
        _ => match resource {
            "charge" => file!("charge.succeeded"),
            "checkout.session" => file!("checkout.session.completed"),
            "customer.subscription" => file!("customer.subscription.created"),
            "invoice" => file!("invoice.payment_succeeded"),
            _ => return other(name, resource),
        },
    };
    let mut event: Value = serde_json::from_str(text).expect("the sample is JSON");
    event["type"] = name.into();
    event
}

fn other(name: &str, resource: &str) -> Value {
    let (_, object) = resource.rsplit_once('.').unwrap_or(("", resource));
    json!({
        "id": "evt_1SXBgZ2mNvB7tR0cJd8pLt3W",
        "object": "event",
        "api_version": "2025-06-30.basil",
        "created": 1_763_997_811,
        "livemode": true,
        "pending_webhooks": 1,
        "type": name,
        "data": {"object": {"id": "obj_1SX2hU2mNvB7tR0c", "object": object, "livemode": true}},
    })
}
