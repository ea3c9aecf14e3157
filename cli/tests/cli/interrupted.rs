//! Ctrl-C ends a command that sends: with the summary so far, and exit code 2. `listen`, which ends
//! in no other way, has its own tests.

use std::{
    fs,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use crate::support::{
    endpoint::{Answer, Endpoint},
    process::{Ran, tower_loops},
};

/// The run, interrupted when the endpoint has this many requests.
fn interrupted(command: &mut Command, endpoint: &Endpoint, requests: usize) -> Ran {
    let child = (command.stdout(Stdio::piped()).stderr(Stdio::piped()))
        .spawn()
        .expect("it starts");
    let deadline = Instant::now() + Duration::from_secs(60);
    while endpoint.received().len() < requests {
        assert!(Instant::now() < deadline, "too few requests");
        thread::yield_now();
    }
    let kill = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.expect("kill runs").success());
    let ran = Ran::from(child.wait_with_output().expect("it ends"));
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("error: interrupted before"), "{ran:?}");
    ran
}

#[test]
fn send_prints_the_summary_so_far() {
    let endpoint = Endpoint::start(&[Answer::Status("200 OK"), Answer::Hang]);
    let mut command = tower_loops(["send", &endpoint.url, "--count", "5", "--json"]);
    let ran = interrupted(&mut command, &endpoint, 2);
    assert_eq!(ran.json()[1]["sent"], 1, "{ran:?}");
}

#[test]
fn replay_prints_the_summary_so_far() {
    let folder = tempfile::tempdir().expect("a folder");
    let recorded = r#"{"received_at":"2026-01-01T00:00:00Z","outcome":"verified","method":"POST","path":"/","headers":[],"body":"{}"}"#;
    fs::write(folder.path().join("1.json"), recorded).expect("written");
    let endpoint = Endpoint::start(&[Answer::Status("200 OK"), Answer::Hang]);
    let mut command = tower_loops(["replay", "--to", &endpoint.url, "--times", "5", "--json"]);
    let ran = interrupted(command.arg(folder.path()), &endpoint, 2);
    assert_eq!(ran.json()[1]["sent"], 1, "{ran:?}");
}

#[test]
fn check_prints_the_results_so_far() {
    // The first delivery is accepted, the plain forgery and `other-secret` are rejected.
    const ANSWERS: &[Answer] = &[
        Answer::Status("200 OK"),
        Answer::Status("401 Unauthorized"),
        Answer::Status("401 Unauthorized"),
        Answer::Hang,
    ];
    let endpoint = Endpoint::start(ANSWERS);
    let mut command = tower_loops(["check", &endpoint.url, "--json"]);
    let ran = interrupted(&mut command, &endpoint, 4);
    let lines = ran.json();
    let (summary, checks) = lines.split_last().expect("lines");
    let names: Vec<_> = checks.iter().map(|check| &check["check"]).collect();
    assert_eq!(names, ["genuine", "other-secret"], "{ran:?}");
    assert_eq!(summary["passed"], 2, "{ran:?}");
}
