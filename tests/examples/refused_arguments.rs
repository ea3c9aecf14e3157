//! What neither example can do anything with: an error that says what is wrong, and exit code 2.

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
fn of_quickstart() {
    let cases: [(&[&str], &str); 5] = [
        (&["--nonsense"], "unknown argument \"--nonsense\""),
        (&["nonsense"], "unknown argument \"nonsense\""),
        (&["--serve"], "--serve wants an address"),
        (&["--serve", "--help"], "--serve wants an address"),
        (
            &["--serve", "127.0.0.1:0", "more"],
            "unknown argument \"more\"",
        ),
    ];
    for (args, error) in cases {
        is_refused("quickstart", args, &[error, "--help"]);
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
    let commands: [(&str, &[&str]); 2] = [
        ("quickstart", &["--serve", "127.0.0.1:0"]),
        ("send_event", &[URL, "charge.succeeded"]),
    ];
    let secrets = [
        (None, "is not set"),
        (Some(""), "is empty"),
        (Some("whsec_1\n"), "white space"),
    ];
    for (name, args) in commands {
        for (secret, error) in secrets {
            let mut command = example(name);
            match secret {
                Some(secret) => command.env("LOOPS_WEBHOOK_SECRET", secret),
                None => command.env_remove("LOOPS_WEBHOOK_SECRET"),
            };
            let ran = run(command.args(args));
            assert_eq!(
                ran.code,
                Some(2),
                "{name}, {secret:?}: {}{}",
                ran.stdout,
                ran.stderr
            );
            let says = format!("error: the environment variable LOOPS_WEBHOOK_SECRET {error}");
            let says = says.replace("white space", "begins or ends with white space");
            assert!(
                ran.stderr.starts_with(&says),
                "{name}, {secret:?}: {}",
                ran.stderr
            );
            assert!(!ran.stderr.contains("whsec_1"), "{name} tells the secret");
        }
    }
}

#[test]
fn an_address_that_is_taken_or_none_is_named() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken_address = taken.local_addr().expect("it is bound").to_string();
    for address in [taken_address.as_str(), "nowhere", "127.0.0.1"] {
        let ran = run(example("quickstart").args(["--serve", address]));
        assert_eq!(ran.code, Some(1), "{address}: {}", ran.stderr);
        assert!(
            ran.stderr.starts_with("error: cannot serve on"),
            "{address}: {}",
            ran.stderr
        );
        assert!(ran.stderr.contains(address), "{}", ran.stderr);
    }
}

#[test]
fn help_is_no_error() {
    for name in ["quickstart", "send_event"] {
        for flag in ["--help", "-h"] {
            let ran = run(example(name).arg(flag).env_remove("LOOPS_WEBHOOK_SECRET"));
            assert_eq!(ran.code, Some(0), "{name} {flag}");
            let usage = format!("Usage: cargo run --example {name}");
            assert!(ran.stdout.contains(&usage), "{name} {flag}: {}", ran.stdout);
            assert_eq!(ran.stderr, "", "{name} {flag}");
        }
    }
}
