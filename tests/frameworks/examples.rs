//! The examples as cargo built them, run as a user runs them.

use serde_json::json;
use tower_loops::testing;

use crate::support::{
    PATH,
    example::{
        Example, SECRET, answers_signed_events_and_rejects_the_rest, delivery,
        does_not_start_without_a_secret, event,
    },
    wire::{Version, send},
};

const EXAMPLES: [&str; 2] = ["axum", "hyper"];

#[tokio::test]
async fn each_answers_signed_events_and_rejects_the_rest() {
    for name in EXAMPLES {
        answers_signed_events_and_rejects_the_rest(name).await;
    }
}

#[tokio::test]
async fn none_starts_without_a_secret() {
    for name in EXAMPLES {
        does_not_start_without_a_secret(name).await;
    }
}

#[tokio::test]
async fn axum_does_what_the_guide_asks_for_each_event() {
    let mut example = Example::start("axum").await;
    #[rustfmt::skip]
    let rows = [
        ("charge.succeeded", json!({}), r#"fulfil: order Some("1001"), 49.00 USD"#),
        ("charge.succeeded", json!({"id": "ch_2"}),
            r#"fulfilled before: order Some("1001"), 49.00 USD"#),
        ("checkout.session.completed",
            json!({"payment_intent": "pi_other", "metadata": {"order_id": "1001"}}),
            r#"fulfilled before: order Some("1001"), 118.80 GBP"#),
        ("checkout.session.completed", json!({"payment_status": "unpaid"}),
            "118.80 GBP not paid yet"),
        ("checkout.session.completed", json!({}), r#"fulfil: order Some("1003"), 118.80 GBP"#),
        ("charge.refunded", json!({}), r#"reverse 25.50 EUR of order Some("1002")"#),
        ("charge.refunded", json!({"amount_refunded": 6200}),
            r#"reverse 36.50 EUR of order Some("1002")"#),
        ("charge.refunded", json!({}), r#"reverse 0.00 EUR of order Some("1002")"#),
        ("customer.subscription.created", json!({}), r#"grant {"price_1SPq8D2mNvB7tR0c"}"#),
        ("invoice.payment_succeeded", json!({}), "paid until 1769252699"),
        ("invoice.payment_succeeded", json!({"lines": []}), "paid, extends no subscription"),
        ("invoice.payment_failed", json!({"hosted_invoice_url": "https://pay\n"}),
            concat!(r#"ask Some("haru@example.com") for a new payment method: "#,
                r#"3200 JPY, Some("https://pay\n")"#)),
        ("customer.subscription.deleted", json!({"id": "sub_1SX7cT2mNvB7"}),
            r#"revoke {"price_1SPq8D2mNvB7tR0c"}"#),
        ("customer.subscription.created", json!({}),
            r#"do not grant {"price_1SPq8D2mNvB7tR0c"}: Some("active")"#),
        ("payout.paid", json!({}), "acknowledged"),
        ("a\nb", json!({}), "acknowledged"),
    ];
    for (event_type, members, printed) in rows {
        let event = testing::event(&event_type.into(), members);
        let body = String::from_utf8(event.payload().to_vec()).unwrap();
        let line = example.receives(&body).await;
        assert_eq!(line, format!("{event_type:?}: {printed}"));
    }
}

#[tokio::test]
async fn axum_acknowledges_what_it_cannot_handle() {
    let mut example = Example::start("axum").await;
    let charge = |object| event("charge.succeeded", object);
    let paid = charge(r#"{"payment_intent":"pi"}"#);
    let test_mode = paid.replace(r#""id""#, r#""livemode":false,"id""#);
    for (body, part) in [
        (charge("null"), "given up"),
        (charge("7"), "given up"),
        (charge(r#"{"amount":"many"}"#), "given up"),
        (test_mode, "test mode, no money moved"),
    ] {
        let line = example.receives(&body).await;
        assert!(line.contains(part), "{line}");
    }
}

#[tokio::test]
async fn each_responds_although_its_stdout_is_closed() {
    for name in EXAMPLES {
        let mut example = Example::start(name).await;
        example.process.close_stdout();
        for _ in 0..2 {
            example.receives(&event("charge.succeeded", "{}")).await;
        }
    }
}

#[tokio::test]
async fn hyper_has_one_route() {
    let example = Example::start("hyper").await;
    let body = event("charge.succeeded", "{}");
    for (method, path) in [("POST", "/elsewhere"), ("PUT", PATH)] {
        let mut request = delivery(SECRET, &body);
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = path.parse().unwrap();
        let answer = send(Version::Http1, example.address, request).await;
        assert_eq!(answer.seen(), (404, ""), "{method} {path}");
    }
}
