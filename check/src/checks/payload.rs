//! `payload`: every event that Loops may send is acknowledged.

use serde_json::{Value, json};

use crate::{
    check::{Check, Plan},
    delivery::Delivery,
    loops::Loops,
};

const OPTIONAL: &str = "Require `id` and `type` only, and read every other field as optional.";

/// A check that an event of this type is acknowledged.
macro_rules! acknowledged {
    ($event_type:literal) => {
        Check {
            name: $event_type,
            sent: concat!("an event of type ", $event_type),
            why: "The guide names seven types; one that is not acknowledged is sent again and again.",
            advice: "Acknowledge types that you do not use with 2xx.",
            plan: Plan::Accepted(|loops| vec![sample(loops, $event_type)]),
        }
    };
}

pub(super) const CHECKS: &[Check] = &[
    acknowledged!("charge.succeeded"),
    acknowledged!("charge.refunded"),
    acknowledged!("checkout.session.completed"),
    acknowledged!("customer.subscription.created"),
    acknowledged!("customer.subscription.deleted"),
    acknowledged!("invoice.payment_succeeded"),
    acknowledged!("invoice.payment_failed"),
    Check {
        name: "unknown-type",
        sent: "events of types that the guide does not name",
        why: "Loops can add types; a receiver that rejects them is sent them again (async-stripe#761).",
        advice: "Acknowledge unknown types with 2xx, as the default branch of the guide's samples does.",
        plan: Plan::Accepted(|loops| {
            vec![
                sample(loops, "payout.paid").labelled("payout.paid"),
                sample(loops, "invoice.paid").labelled("invoice.paid"),
                sample(loops, "thing").labelled("thing"),
            ]
        }),
    },
    Check {
        name: "absent-fields",
        sent: "a charge without billing_details, description and customer",
        why: "The guide's samples read billing_details.name and fail: the payment is sent again and never handled.",
        advice: OPTIONAL,
        plan: Plan::Accepted(|loops| {
            let event = loops.bare_charge();
            vec![loops.genuine(event.to_string()).charge()]
        }),
    },
    Check {
        name: "least-fields",
        sent: "charges without metadata, and other objects with id, status, amounts and currency alone",
        why: "metadata.order_id, items.data[0] and customer_email are not in every event, but samples read them.",
        advice: OPTIONAL,
        plan: Plan::Accepted(least),
    },
    Check {
        name: "null-fields",
        sent: "a charge whose optional fields are null",
        why: "A field that is null is absent; it is most often null in the events that matter least in tests.",
        advice: OPTIONAL,
        plan: Plan::Accepted(|loops| {
            let mut event = loops.charge_with(&json!({
                "billing_details": {"address": null, "email": null, "name": null, "phone": null},
                "customer": null,
                "description": null,
                "outcome": null,
                "receipt_email": null,
            }));
            event["api_version"] = Value::Null;
            vec![loops.genuine(event.to_string()).charge()]
        }),
    },
    Check {
        name: "absent-session-fields",
        sent: "a checkout session without customer_details and metadata",
        why: "The guide's samples read customer_details.email and fail for a session without a customer.",
        advice: OPTIONAL,
        plan: Plan::Accepted(|loops| {
            let mut event = loops.event("checkout.session.completed");
            let id = event["data"]["object"]["id"].clone();
            event["data"]["object"] = json!({"id": id, "object": "checkout.session", "amount_total": 4900, "currency": "usd", "payment_status": "paid"});
            vec![loops.genuine(event.to_string())]
        }),
    },
    Check {
        name: "new-fields",
        sent: "a charge with members that the guide does not name",
        why: "Loops can add fields; a strict schema loses every event from that day on.",
        advice: "Ignore members that you do not know.",
        plan: Plan::Accepted(|loops| {
            let mut event = loops.charge_with(
                &json!({"loyalty": {"tier": [1, {"deep": null}]}, "": "an empty key"}),
            );
            event["request"] = json!({"id": null});
            event["loops_note"] = json!({"a": [1]});
            vec![loops.genuine(event.to_string()).charge()]
        }),
    },
];

/// Events with as few members as possible. Whether they have effects is unknown: an order's id may
/// be missing.
fn least(loops: &mut Loops) -> Vec<Delivery> {
    let mut all = Vec::new();
    for (label, metadata) in [
        ("a charge without metadata", None),
        ("a charge with empty metadata", Some(json!({}))),
    ] {
        let mut event = loops.charge();
        match (metadata, event["data"]["object"].as_object_mut()) {
            (Some(metadata), _) => event["data"]["object"]["metadata"] = metadata,
            (None, Some(object)) => drop(object.remove("metadata")),
            (None, None) => {}
        }
        all.push(loops.genuine(event.to_string()).labelled(label));
    }
    for event_type in [
        "charge.refunded",
        "customer.subscription.created",
        "customer.subscription.deleted",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
    ] {
        let mut event = loops.event(event_type);
        if let Some(object) = event["data"]["object"].as_object_mut() {
            object.retain(|key, _| {
                matches!(
                    key.as_str(),
                    "id" | "object" | "status" | "currency" | "total"
                ) || key.starts_with("amount")
            });
        }
        all.push(loops.genuine(event.to_string()).labelled(event_type));
    }
    all
}

/// In ASCII: whether other text is accepted is another concern.
fn sample(loops: &mut Loops, event_type: &str) -> Delivery {
    let body = loops.event(event_type).to_string();
    loops.genuine(body.replace(|char: char| !char.is_ascii(), "e"))
}
