//! What Loops sends: an event of each type, one of a type that the guide does not name, and a rotation of the secret.

use tower_loops::Signer;

use crate::{
    delivery::{Delivery, Outcome, Senders, full},
    events,
};

/// Each event of the guide, and what the handler must see of it.
const EVENTS: [(&str, &str); 7] = [
    ("charge.succeeded", "49.00 usd, Mira Solberg, order 1001"),
    ("charge.refunded", "15.50 eur back, Zoë Lindqvist, order 1002"),
    ("checkout.session.completed", "118.80 gbp paid, owen.achebe@example.com"),
    ("customer.subscription.created", "sub_1SX7cT2mNvB7 active, cus_TGk5sMd3Wt7XvD"),
    ("customer.subscription.deleted", "sub_1S4fuJ2mNvB7 canceled, cus_T0hQwZ6nJk4YbG"),
    ("invoice.payment_succeeded", "29.00 usd paid, try 1, sub_1SMrvV2mNvB7"),
    ("invoice.payment_failed", "3200 jpy open, try 2, sub_1S2pLd2mNvB7"),
];

const UNKNOWN: &str = include_str!("../events/payout.paid.json");

pub(crate) fn events(senders: &Senders) -> Vec<Delivery> {
    let known = EVENTS.iter().filter_map(|&(event_type, summary)| {
        Some((event_type, events::payload(event_type)?, summary))
    });
    known
        .chain([("payout.paid", UNKNOWN, "unknown type, po_1SX2hU2mNvB7 as JSON")])
        .map(|(sent, payload, summary)| genuine(senders, sent, payload, &senders.new, Outcome::accepted(summary, 0)))
        .collect()
}
