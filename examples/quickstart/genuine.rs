//! What Loops sends: an event of each type, one of a type that the guide does not name, and a rotation of the secret.

use tower_loops::Signer;

use crate::{
    delivery::{Delivery, Outcome, Senders, full, payload},
    repeats::with_id,
};

pub(crate) fn events(senders: &Senders) -> Vec<Delivery> {
    let delivery = |sent, event_type, seen| {
        genuine(senders, sent, payload(event_type), &senders.new, (seen, 0))
    };
    let known = |event_type, seen| delivery(event_type, event_type, seen);
    vec![
        known("charge.succeeded", "49.00 USD, Mira Solberg, order 1001"),
        known("charge.refunded", "15.50 EUR back, Zoë Lind, order 1002"),
        known(
            "checkout.session.completed",
            "118.80 GBP, Owen Achebe, order 1003",
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
            "29.00 USD paid, lena@example.com",
        ),
        known("invoice.payment_failed", "3200 JPY open, haru@example.com"),
        delivery(
            "payout.paid (not in the guide)",
            "payout.paid",
            "plain JSON, id obj_1SX2hU2mNvB7tR0c",
        ),
    ]
}

pub(crate) fn rotation(senders: &Senders) -> Vec<Delivery> {
    let event = |id| with_id("charge.succeeded", id);
    let seen = "49.00 USD, Mira Solberg, order 1001";
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
    payload: String,
    signer: &Signer,
    (summary, secret_index): (&str, usize),
) -> Delivery {
    Delivery {
        sent,
        signatures: vec![signer.sign(payload.as_bytes(), senders.now)],
        body: full(payload),
        expected: Outcome::accepted(summary, secret_index),
    }
}
