//! `check` as a process: its lines, its options and its exit codes.

use serde_json::Value;

use crate::support::{
    endpoint::{Answer, Endpoint},
    listening::Listening,
    process::{run, tower_loops},
};

#[test]
fn a_correct_endpoint_passes() {
    let listening = Listening::start(&[]);
    let ran = run(&mut tower_loops(["check", &listening.url, "--json"]));
    let lines = ran.json();
    let (summary, checks) = lines.split_last().expect("lines");
    let failed: Vec<&Value> = checks
        .iter()
        .filter(|line| line["verdict"] == "fail")
        .collect();
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(summary["failed"], 0);
    let count = |name: &str| summary[name].as_u64().expect("a number");
    assert_eq!(count("passed") + count("skipped"), checks.len() as u64);
    for check in checks {
        for name in [
            "check", "concern", "sent", "expected", "got", "verdict", "why",
        ] {
            assert!(check[name].is_string(), "{name} in {check}");
        }
    }
}

#[test]
fn an_endpoint_that_accepts_everything_fails_with_advice() {
    let endpoint = Endpoint::start(&[Answer::Status("200 OK")]);
    let ran = run(&mut tower_loops([
        "check",
        &endpoint.url,
        "--only",
        "signature",
    ]));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for part in [
        "\nsignature\n",
        "✗ other-secret",
        "\n    sent ",
        "\n    why ",
        "\n    to do ",
    ] {
        assert!(ran.stdout.contains(part), "{part:?} in {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("\ntimestamp\n"), "{}", ran.stdout);
    for line in ran.stdout.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

#[test]
fn skipped_checks_have_a_reason() {
    let listening = Listening::start(&[]);
    let ran = run(&mut tower_loops([
        "check",
        &listening.url,
        "--only",
        "answers",
    ]));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let end = "5 passed, 0 failed, 1 skipped in ";
    let (_, end) = ran.stdout.split_once(end).expect("a summary");
    assert!(
        end.ends_with("\n  1 skipped: effects are not counted\n"),
        "{ran:?}"
    );
    assert!(!ran.stderr.contains("incomplete"), "{ran:?}");
}

#[test]
fn an_endpoint_that_rejects_the_first_delivery_fails_at_once() {
    let endpoint = Endpoint::start(&[Answer::Status("401 Unauthorized")]);
    let ran = run(&mut tower_loops(["check", &endpoint.url, "--json"]));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let lines = ran.json();
    assert_eq!(lines.len(), 2, "{ran:?}");
    assert_eq!(
        (&lines[0]["concern"], &lines[0]["verdict"]),
        (&"signature".into(), &"fail".into())
    );
}

/// The recordings of `listen` stand for what an application does.
#[test]
fn a_forgery_that_is_rejected_and_handled_fails() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().to_str().expect("UTF-8");
    let listening = Listening::start(&["--record", path]);
    let all = format!("ls {path} | wc -l");
    let verified = format!("grep -l '\"verified\"' -r {path} | wc -l");
    for (count, code) in [(all, 1), (verified, 0)] {
        let arguments = ["--only", "signature", "--json", "--effects-command", &count];
        let ran = run(tower_loops(["check", &listening.url]).args(arguments));
        assert_eq!(ran.code, Some(code), "{count}: {ran:?}");
    }
}

#[test]
fn side_effects_that_cannot_be_counted_are_an_error() {
    let listening = Listening::start(&[]);
    let words = Endpoint::start(&[Answer::Body("7 orders")]);
    let missing = Endpoint::start(&[Answer::Status("404 Not Found")]);
    for (option, value, part) in [
        ("--effects-command", "echo many", "a number is expected"),
        (
            "--effects-command",
            "echo no >&2; exit 3",
            "exit status: 3: no",
        ),
        ("--effects-url", "http://127.0.0.1:1/", "Connection refused"),
        ("--effects-url", &words.url, "a number is expected"),
        ("--effects-url", &missing.url, "404 Not Found"),
    ] {
        let ran = run(&mut tower_loops(["check", &listening.url, option, value]));
        assert_eq!(ran.code, Some(2), "{ran:?}");
        let stderr = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(stderr.contains(part), "{part:?} in {stderr}");
    }
}

#[test]
fn side_effects_are_counted_by_url() {
    let listening = Listening::start(&[]);
    let constant = Endpoint::start(&[Answer::Body("7\n")]);
    let arguments = ["--only", "signature", "--effects-url", &constant.url];
    let ran = run(tower_loops(["check", &listening.url]).args(arguments));
    assert_ne!(ran.code, Some(2), "{ran:?}");
    assert!(constant.received().len() > 1);
    assert!(constant.received()[0].head[0].starts_with("GET "));
}

#[test]
fn another_machine_is_attacked_only_with_allow_remote() {
    let ran = run(&mut tower_loops(["check", "http://192.0.2.1/hook"]));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("--allow-remote"), "{ran:?}");
}
