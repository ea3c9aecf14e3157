//! The cost of each part as a multiple of a baseline, measured in turns with it, so that a busy
//! machine slows both alike.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench ratios
//! ```
//!
//! Prints a table in Markdown: the median and the middle half of the ratios of all rounds.

mod peer;

use tower_loops_benches::{
    Subject,
    input::{KIB, SIZES, charge, event, indented, unread},
    paired::ratio,
    subject::{
        Rejection, data, frames, json_value, mac_only, object_as, one_frame, raw_hmac, rejected,
        secrets, signatures, verify, verify_and_data, verify_by_visitor,
    },
};

fn main() {
    println!("| what | takes | baseline takes | ratio | middle half |");
    println!("|---|---:|---:|---:|---:|");
    verification();
    rejections();
    keys();
    scanner();
    typed();
    peers();
}

fn verification() {
    let events = SIZES.map(|size| (name(size), event(1, size)));
    for (size, body) in &events {
        let what = format!("core, event not read / raw HMAC, {size}");
        row(&what, &mac_only(body), &raw_hmac(body));
    }
    for (size, body) in &events {
        let what = format!("core, event read / raw HMAC, {size}");
        row(&what, &verify(body), &raw_hmac(body));
    }
    for (size, body) in &events {
        let what = format!("layer, event read / raw HMAC, {size}");
        row(&what, &one_frame(body), &raw_hmac(body));
    }
    let (size, body) = &events[3];
    let what = format!("layer, {size} in frames of 16 KiB / in one frame");
    row(&what, &frames(body), &one_frame(body));
}

fn rejections() {
    let (small, large) = (unread(KIB), unread(KIB * KIB));
    for body in [&small, &large] {
        for rejection in [
            Rejection::NoHeader,
            Rejection::Malformed,
            Rejection::Stale,
            Rejection::WrongLength,
            Rejection::Oversize,
        ] {
            let size = name(body.len());
            let what = format!("layer rejects {rejection:?}, body of {size} / raw HMAC, 1 KiB");
            row(&what, &rejected(rejection, body), &raw_hmac(&small));
        }
    }
    let forged = rejected(Rejection::Forged, &large);
    let what = "layer rejects Forged, body of 1 MiB / raw HMAC, 1 MiB";
    row(what, &forged, &raw_hmac(&large));
}

fn keys() {
    let large = event(1, SIZES[3]);
    let what = "layer, 55 signatures / 1 signature, 1 MiB";
    row(what, &signatures(55, &large), &signatures(1, &large));
    let small = event(1, SIZES[0]);
    let what = "layer, 4 secrets / 1 secret, 1.5 KiB";
    row(what, &secrets(4, &small), &secrets(1, &small));
}

fn scanner() {
    for size in [SIZES[0], SIZES[1]] {
        let compact = event(1, size);
        let what = format!("core, serde visitor / scanner, {}, compact", name(size));
        row(&what, &verify_by_visitor(&compact), &verify(&compact));
        let body = indented(&compact);
        let size = name(body.len());
        let what = format!("core, serde visitor / scanner, {size}, indented");
        row(&what, &verify_by_visitor(&body), &verify(&body));
        let what = format!("core, event read / raw HMAC, {size}, indented");
        row(&what, &verify(&body), &raw_hmac(&body));
    }
}

fn typed() {
    for size in [SIZES[0], SIZES[2]] {
        let (body, size) = (charge(size), name(size));
        let what = format!("data, a charge / serde_json::Value, {size}");
        row(&what, &data(&body), &json_value(&body));
    }
    for size in [SIZES[0], SIZES[2]] {
        let (body, size) = (event(1, size), name(size));
        let what = format!("data, an invoice / serde_json::Value, {size}");
        row(&what, &data(&body), &json_value(&body));
        let what = format!("object_as::<Invoice> / serde_json::Value, {size}");
        row(&what, &object_as(&body), &json_value(&body));
    }
}

fn peers() {
    for size in SIZES {
        let (body, size) = (event(1, size), name(size));
        let baseline = &raw_hmac(&body);
        let what = |peer: &str| format!("{peer} / raw HMAC, {size}");
        let peer = what("webhook-verify (Stripe), layer, event not read");
        row(&peer, &peer::webhook_verify(&body), baseline);
        let peer = what("tower-github-webhook, layer, event not read");
        row(&peer, &peer::tower_github_webhook(&body), baseline);
        let peer = what("svix, verify, event not read");
        row(&peer, &peer::svix(&body), baseline);
        let peer = what("async-stripe-webhook, construct_event, event and object read");
        row(&peer, &peer::async_stripe(&body), baseline);
        let ours = what("ours, verify and data, event and object read");
        row(&ours, &verify_and_data(&body), baseline);
    }
}

fn row(what: &str, subject: &impl Subject, baseline: &impl Subject) {
    println!("| {what} | {} |", ratio(subject, baseline));
}

fn name(size: usize) -> String {
    match size.div_ceil(KIB / 2) as f64 / 2.0 {
        kib if kib < 1000.0 => format!("{kib} KiB"),
        kib => format!("{} MiB", (kib / 1024.0).round()),
    }
}
