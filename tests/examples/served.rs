//! `quickstart --serve` and `send_event`, one against the other.

use crate::process::{Ran, Serving, example, run};

/// What the server shows of the event of each type, before its id.
const EVENTS: [(&str, &str); 7] = [
    ("charge.succeeded", "49.00 USD, Mira Solberg, order 1001"),
    ("charge.refunded", "15.50 EUR back, Zoë Lind, order 1002"),
    (
        "checkout.session.completed",
        "118.80 GBP, Owen Achebe, order 1003",
    ),
    (
        "customer.subscription.created",
        "active, cus_TGk5sMd3, order 1004",
    ),
    (
        "customer.subscription.deleted",
        "canceled, cus_T0hQwZ6n, order 1005",
    ),
    (
        "invoice.payment_succeeded",
        "29.00 USD paid, lena@example.com",
    ),
    ("invoice.payment_failed", "3200 JPY open, haru@example.com"),
];

fn start() -> Serving {
    let serving = Serving::start();
    assert!(
        serving.url.starts_with("http://127.0.0.1:"),
        "{}",
        serving.url
    );
    assert!(
        serving.url.ends_with("/api/webhooks/loops"),
        "{}",
        serving.url
    );
    assert!(serving.line().contains("LOOPS_WEBHOOK_SECRET"));
    let command = format!(
        "  cargo run --example send_event -- {} charge.succeeded",
        serving.url
    );
    assert_eq!(serving.line(), command);
    serving
}

fn send(serving: &Serving, args: &[&str]) -> Ran {
    run(example("send_event").arg(&serving.url).args(args))
}

#[test]
fn an_event_of_each_type_reaches_the_handler() {
    let serving = start();
    for (event_type, seen) in EVENTS {
        let ran = send(&serving, &[event_type]);
        assert_eq!(
            ran.code,
            Some(0),
            "{event_type}: {}{}",
            ran.stdout,
            ran.stderr
        );
        let (sent, answered) = ran.stdout.split_once("  200 OK  ").expect(event_type);
        assert!(
            answered.trim_end().ends_with(r#" ms  {"received":true}"#),
            "{event_type}: {answered}"
        );
        let id = sent
            .strip_prefix(&format!("{event_type}  "))
            .expect(event_type);
        assert_eq!(serving.line(), format!("✓ {event_type}  {seen}  {id}"));
    }
}

#[test]
fn what_is_not_as_loops_sends_it_is_refused() {
    let serving = start();
    let cases: [(&[&str], &str); 4] = [
        (
            &["charge.succeeded", "--stale"],
            "Webhook timestamp too old",
        ),
        (&["charge.succeeded", "--tampered"], "Invalid signature"),
        // The checks that need no body come first.
        (
            &["charge.succeeded", "--tampered", "--stale"],
            "Webhook timestamp too old",
        ),
        (
            &["invoice.payment_failed", "--tampered"],
            "Invalid signature",
        ),
    ];
    for (args, error) in cases {
        let ran = send(&serving, args);
        assert_eq!(ran.code, Some(1), "{args:?}: {}{}", ran.stdout, ran.stderr);
        assert!(
            ran.stdout.contains("  401 Unauthorized  "),
            "{args:?}: {}",
            ran.stdout
        );
        assert!(
            ran.stdout.contains(&format!(r#"{{"error":"{error}"}}"#)),
            "{args:?}: {}",
            ran.stdout
        );
        assert_eq!(serving.line(), format!("✗ 401 {error}"), "{args:?}");
    }
}

#[test]
fn another_secret_is_refused() {
    let serving = start();
    let mut command = example("send_event");
    command
        .env("LOOPS_WEBHOOK_SECRET", "another")
        .args([&serving.url, "charge.succeeded"]);
    let ran = run(&mut command);
    assert_eq!(ran.code, Some(1));
    assert!(
        ran.stdout.contains(r#"{"error":"Invalid signature"}"#),
        "{}",
        ran.stdout
    );
}

#[test]
fn several_events_are_several() {
    let serving = start();
    let ran = send(&serving, &["charge.succeeded", "--count", "3"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    assert!(ran.stdout.ends_with("3 of 3 accepted\n"), "{}", ran.stdout);

    let mut ids: Vec<String> = (0..3).map(|_| id(&serving.line())).collect();
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3, "{ids:?}");
}

#[test]
fn the_same_event_several_times_is_one() {
    let serving = start();
    let ran = send(&serving, &["charge.succeeded", "--same-id", "--count", "2"]);
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    let sent = &id(&serving.line());
    let lines: Vec<&str> = ran.stdout.lines().collect();
    let with_id = lines.iter().filter(|line| line.contains(sent)).count();
    assert_eq!(with_id, 2, "{}", ran.stdout);
    for answer in [r#"{"received":true}"#, r#"{"received": true}"#] {
        let answers = lines.iter().filter(|line| line.ends_with(answer)).count();
        assert_eq!(answers, 1, "{answer}: {}", ran.stdout);
    }

    // The handler saw it once: what it sees next is the next event.
    send(&serving, &["charge.refunded"]);
    let next = serving.line();
    assert!(next.starts_with("✓ charge.refunded"), "{next}");
}

fn id(line: &str) -> String {
    let id = line.rsplit("  ").next().unwrap_or_default();
    assert!(id.starts_with("evt_"), "{line}");
    id.to_owned()
}
