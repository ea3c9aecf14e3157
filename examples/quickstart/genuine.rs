//! What Loops sends: an event of each type, one of a type that the guide does not name, and a rotation of the secret.

use tower_loops::Signer;

use crate::{
    delivery::{Delivery, Outcome, Senders, full, payload},
    repeats::with_id,
};

pub(crate) fn events(senders: &Senders) -> Vec<Delivery> {
    let delivery = |sent, payload, seen| genuine(senders, sent, payload, &senders.new, (seen, 0));
    let known = |event_type, seen| delivery(event_type, payload(event_type), seen);
    vec![
        known("charge.succeeded", "49.00 usd, Mira Solberg, order 1001"),
        known("charge.refunded", "15.50 eur back, Zoë Lind, order 1002"),
        known(
            "checkout.session.completed",
            "118.80 gbp, Owen Achebe, order 1003",
        ),
        known(
            "customer.subscription.created",
            "active, cus_TGk5sMd3, order 1004",
        ),
        known(
            "customer.subscription.deleted",
            "canceled, cus_T0hQwZ6n, order 1005",
        ),
        known(
            "invoice.payment_succeeded",
            "29.00 usd paid, lena@example.com",
        ),
        known("invoice.payment_failed", "3200 jpy open, haru@example.com"),
        delivery(
            "payout.paid (not in the guide)",
            include_str!("../events/payout.paid.json"),
            "plain JSON, id po_1SX2hU2mNvB7",
        ),
    ]
}

pub(crate) fn rotation(senders: &Senders) -> Vec<Delivery> {
    let event = |id| with_id(payload("charge.succeeded"), id);
    let seen = "49.00 usd, Mira Solberg, order 1001";
    vec![
        genuine(
            senders,
            "signed with the new secret",
            event("evt_under_the_new_secret"),
            &senders.new,
            (seen, 0),
        ),
        genuine(
            senders,
            "signed with the old secret",
            event("evt_under_the_old_secret"),
            &senders.old,
            (seen, 1),
        ),
    ]
}

fn genuine(
    senders: &Senders,
    sent: &'static str,
    payload: impl Into<String>,
    signer: &Signer,
    (summary, secret_index): (&str, usize),
) -> Delivery {
    let payload = payload.into();
    Delivery {
        sent,
        signatures: vec![signer.sign(payload.as_bytes(), senders.now)],
        body: full(payload),
        expected: Outcome::accepted(summary, secret_index),
    }
}
