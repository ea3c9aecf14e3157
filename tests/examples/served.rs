//! `axum` and `send_event`, one against the other.

use crate::process::{Ran, Serving, example, run};

fn send(serving: &Serving, args: &[&str]) -> Ran {
    run(example("send_event").arg(&serving.url).args(args))
}

#[test]
fn an_event_of_each_type_reaches_the_handler() {
    let serving = Serving::start();
    for event_type in [
        "charge.succeeded",
        "charge.refunded",
        "checkout.session.completed",
        "customer.subscription.created",
        "customer.subscription.deleted",
        "invoice.payment_succeeded",
        "invoice.payment_failed",
    ] {
        let ran = send(&serving, &[event_type]);
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        let (sent, answered) = ran.stdout.split_once("  200 OK  ").expect(event_type);
        assert_eq!(answered, "\"{\\\"received\\\":true}\"\n");
        let id = sent.strip_prefix(&format!("{event_type}  "));
        assert!(id.is_some_and(|id| id.starts_with("evt_")), "{sent}");
        let line = serving.line();
        assert!(line.starts_with(&format!("{event_type:?}: ")), "{line}");
        assert!(!line.contains("given up"), "{line}");
    }
}

#[test]
fn another_secret_is_rejected() {
    let serving = Serving::start();
    let mut command = example("send_event");
    command
        .env("LOOPS_WEBHOOK_SECRET", "another")
        .args([&serving.url, "charge.succeeded"]);
    let ran = run(&mut command);
    assert_eq!(ran.code, Some(1));
    let text = "  401 Unauthorized  \"{\\\"error\\\":\\\"Invalid signature\\\"}\"\n";
    assert!(ran.stdout.ends_with(text), "{}", ran.stdout);
}
