//! What `send_event` can do nothing with: an error that says what is wrong, and exit code 2.

use crate::process::{example, run};

const URL: &str = "http://127.0.0.1:1/api/webhooks/loops";

#[track_caller]
fn is_refused(name: &str, args: &[&str], parts: &[&str]) {
    let ran = run(example(name).args(args));
    assert_eq!(
        ran.code,
        Some(2),
        "{name} {args:?}: {}{}",
        ran.stdout,
        ran.stderr
    );
    assert_eq!(ran.stdout, "", "{name} {args:?}");
    assert!(
        ran.stderr.starts_with("error: "),
        "{name} {args:?}: {}",
        ran.stderr
    );
    for part in parts {
        assert!(
            ran.stderr.contains(part),
            "{name} {args:?}: {part:?} in {}",
            ran.stderr
        );
    }
}

#[test]
fn of_send_event() {
    let cases: [(&[&str], &[&str]); 16] = [
        (&[], &["no URL"]),
        (
            &["https://shop.example.com/hook", "charge.succeeded"],
            &["https://shop.example.com/hook", "no https"],
        ),
        (
            &["ftp://127.0.0.1/hook", "charge.succeeded"],
            &["ftp://127.0.0.1/hook", "not an http URL"],
        ),
        (
            &["localhost:3000", "charge.succeeded"],
            &["localhost:3000", "not an http URL"],
        ),
        (
            &["/api/webhooks/loops", "charge.succeeded"],
            &["/api/webhooks/loops", "not an http URL"],
        ),
        (&["http://", "charge.succeeded"], &["http://", "not a URL"]),
        (
            &["http://:3000/hook", "charge.succeeded"],
            &["http://:3000/hook", "not an http URL"],
        ),
        (
            &["http://a b/", "charge.succeeded"],
            &["http://a b/", "not a URL"],
        ),
        (&[URL], &["no event type", "charge.succeeded"]),
        (
            &[URL, "charge.succeeded", "more"],
            &["unknown argument \"more\""],
        ),
        (
            &[URL, "charge.succeeded", "--nonsense"],
            &["unknown option \"--nonsense\""],
        ),
        (
            &[URL, "charge.succeeded", "--count"],
            &["--count wants a number"],
        ),
        (
            &[URL, "charge.succeeded", "--count", "0"],
            &["--count wants a number"],
        ),
        (
            &[URL, "charge.succeeded", "--count", "-1"],
            &["--count wants a number"],
        ),
        (&[URL, "--payload"], &["--payload wants a file"]),
        (
            &[URL, "--payload", "/no/such/file.json"],
            &["/no/such/file.json", "cannot read"],
        ),
    ];
    for (args, parts) in cases {
        is_refused("send_event", args, parts);
    }
}

#[test]
fn an_unknown_event_type_gets_the_known_ones() {
    is_refused(
        "send_event",
        &[URL, "charge.exploded"],
        &[
            "charge.exploded",
            "charge.succeeded",
            "charge.refunded",
            "checkout.session.completed",
            "customer.subscription.created",
            "customer.subscription.deleted",
            "invoice.payment_succeeded",
            "invoice.payment_failed",
        ],
    );
}

#[test]
fn a_secret_that_is_none_is_named() {
    for (secret, error) in [
        (None, "is not set"),
        (Some(""), "is empty"),
        (Some("whsec_1\n"), "begins or ends with white space"),
    ] {
        let mut command = example("send_event");
        match secret {
            Some(secret) => command.env("LOOPS_WEBHOOK_SECRET", secret),
            None => command.env_remove("LOOPS_WEBHOOK_SECRET"),
        };
        let ran = run(command.args([URL, "charge.succeeded"]));
        assert_eq!(
            ran.code,
            Some(2),
            "{secret:?}: {}{}",
            ran.stdout,
            ran.stderr
        );
        let says = format!("error: the environment variable LOOPS_WEBHOOK_SECRET {error}");
        assert!(ran.stderr.starts_with(&says), "{secret:?}: {}", ran.stderr);
        assert!(!ran.stderr.contains("whsec_1"), "it shows the secret");
    }
}

#[test]
fn help_is_no_error() {
    for flag in ["--help", "-h"] {
        let ran = run(example("send_event")
            .arg(flag)
            .env_remove("LOOPS_WEBHOOK_SECRET"));
        assert_eq!(ran.code, Some(0), "{flag}");
        let usage = "Usage: cargo run --example send_event";
        assert!(ran.stdout.contains(usage), "{flag}: {}", ran.stdout);
        assert_eq!(ran.stderr, "", "{flag}");
    }
}
