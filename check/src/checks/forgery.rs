//! Events with wrong signatures, one of each kind.

use crate::{
    delivery::Delivery,
    first::OTHER_SECRET,
    loops::{Loops, line, now},
};

/// What an unset secret becomes, and what samples have in its place.
pub(super) const GUESSES: [&str; 23] = [
    "undefined",
    "null",
    "None",
    "nil",
    "false",
    "secret",
    "test",
    "dev",
    "default",
    "password",
    "changeme",
    "whsec_",
    "whsec_test",
    "whsec_secret",
    "whsec_example",
    "whsec_your_secret",
    "whsec_your_secret_here",
    "whsec_your_webhook_secret",
    "your-secret",
    "your_secret_here",
    "your-webhook-secret",
    "your_webhook_secret",
    "LOOPS_WEBHOOK_SECRET",
];

/// All that a receiver may treat otherwise than a live charge, signed with another secret.
pub(super) fn of_other_types(loops: &mut Loops) -> Vec<Delivery> {
    const KEY: &[u8] = OTHER_SECRET.as_bytes();
    let types = [
        "charge.refunded",
        "checkout.session.completed",
        "customer.subscription.created",
        "customer.subscription.deleted",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
        "payout.paid",
    ];
    let mut all = Vec::new();
    for event_type in types {
        let body = loops.event(event_type).to_string();
        all.push(loops.signed_with(KEY, body).labelled(event_type));
    }
    let mut test = loops.charge();
    test["livemode"] = false.into();
    test["data"]["object"]["livemode"] = false.into();
    let test = loops.signed_with(KEY, test.to_string());
    all.push(test.labelled("a test charge"));
    // It has no `livemode` at all.
    let bare = loops.bare_charge().to_string();
    let bare = loops.signed_with(KEY, bare);
    all.push(bare.labelled("a charge without livemode"));
    all
}

pub(super) fn forged(loops: &mut Loops, key: &[u8]) -> Delivery {
    let body = loops.charge().to_string();
    loops.signed_with(key, body)
}

/// An event with this text replaced after it was signed.
pub(super) fn altered(loops: &mut Loops, from: &str, to: &str) -> Delivery {
    let body = loops.charge().to_string();
    let signed = loops.genuine(body.clone());
    Delivery::new(signed.signatures, body.replacen(from, to, 1))
}

/// An event whose digest is what becomes of the right one.
pub(super) fn with_digest(loops: &mut Loops, digest: impl FnOnce(&str) -> String) -> Delivery {
    let body = loops.charge().to_string();
    let t = now();
    let right = loops.digest(body.as_bytes(), &t.to_string());
    Delivery::new(vec![line(&format!("t={t},v1={}", digest(&right)))], body)
}

pub(super) fn digest_of(delivery: &Delivery) -> String {
    let header = delivery
        .signatures
        .first()
        .and_then(|line| line.to_str().ok());
    let digest = header.and_then(|header| header.rsplit_once("v1="));
    digest.map_or_else(String::new, |(_, digest)| digest.to_owned())
}
