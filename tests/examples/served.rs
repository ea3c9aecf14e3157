//! `axum` and `send_event`, one against the other.

use serde_json::json;

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
        assert!(
            answered.trim_end().ends_with(r#" ms  {"received":true}"#),
            "{event_type}: {answered}"
        );
        let id = sent.strip_prefix(&format!("{event_type}  "));
        assert!(id.is_some_and(|id| id.starts_with("evt_")), "{sent}");
        let line = serving.line();
        assert!(line.starts_with(&format!("{event_type:?}: ")), "{line}");
        assert!(!line.contains("given up"), "{line}");
    }
}

#[test]
fn what_is_not_as_loops_sends_it_is_rejected() {
    let serving = Serving::start();
    let cases: [(&[&str], &str); 3] = [
        (&["--stale"], "Webhook timestamp too old"),
        (&["--tampered"], "Invalid signature"),
        // The checks that need no body come first.
        (&["--tampered", "--stale"], "Webhook timestamp too old"),
    ];
    for (args, error) in cases {
        let ran = send(&serving, &[&["charge.succeeded"], args].concat());
        assert_eq!(ran.code, Some(1), "{args:?}: {}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stdout.contains("  401 Unauthorized  "),
            "{}",
            ran.stdout
        );
        let text = json!({ "error": error }).to_string();
        assert!(ran.stdout.contains(&text), "{args:?}: {}", ran.stdout);
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
    let text = r#"{"error":"Invalid signature"}"#;
    assert!(ran.stdout.contains(text), "{}", ran.stdout);
}

#[test]
fn several_events_are_several_unless_they_are_to_have_one_id() {
    let serving = Serving::start();
    for (args, count) in [(&[][..], 3), (&["--same-id"], 1)] {
        let ran = send(
            &serving,
            &[&["charge.succeeded", "--count", "3"], args].concat(),
        );
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
        assert!(ran.stdout.ends_with("3 of 3 accepted\n"), "{}", ran.stdout);
        let ids = ran
            .stdout
            .lines()
            .filter_map(|line| line.split("  ").nth(1));
        let mut ids: Vec<&str> = ids.filter(|id| id.starts_with("evt_")).collect();
        assert_eq!(ids.len(), 3, "{}", ran.stdout);
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), count, "{args:?}: {ids:?}");
    }
}
