//! What cannot be run is an error that says what to do, with exit code 2. An endpoint that answers
//! nonsense has failed, with exit code 1.

use std::net::TcpListener;

use crate::support::{
    endpoint::{Answer, Endpoint},
    process::{run, tower_loops},
};

const REFUSED: &str = "http://127.0.0.1:1/hook";

#[track_caller]
fn cannot_run(arguments: &[&str], parts: &[&str]) {
    let ran = run(&mut tower_loops(arguments));
    assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
    assert_eq!(ran.stdout, "", "{arguments:?}");
    assert!(ran.stderr.starts_with("error: "), "{arguments:?}: {ran:?}");
    let stderr = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
    for part in parts {
        assert!(stderr.contains(part), "{arguments:?}: {part:?} in {stderr}");
    }
}

#[test]
fn a_url_that_is_none() {
    let urls = [
        "",
        "localhost:3000",
        "/hook",
        "ftp://127.0.0.1/",
        "http://",
        "http://:3000/",
        "http://a b/",
        "http://user:password@127.0.0.1/",
    ];
    for url in urls {
        cannot_run(&["send", url], &["URL"]);
        cannot_run(&["check", url], &["URL"]);
        cannot_run(&["replay", "x.json", "--to", url], &["URL"]);
        cannot_run(&["listen", "--forward-to", url], &["URL"]);
    }
}

#[test]
fn arguments_that_make_no_sense() {
    let cases: [(&[&str], &str); 14] = [
        (&["nonsense"], "nonsense"),
        (&["send", REFUSED, "charge"], "charge.succeeded"),
        (&["send", REFUSED, "--count", "0"], "--count"),
        (&["send", REFUSED, "--set", "a"], "PATH=VALUE"),
        (&["send", REFUSED, "--set", "id.a=1"], "cannot set id.a"),
        (&["send", REFUSED, "--timeout", "0s"], "such as 10s"),
        (
            &["send", REFUSED, "--payload", "/no/such/file"],
            "cannot read /no/such/file",
        ),
        (
            &["explain", "--body", "/no/such/file"],
            "cannot read /no/such/file",
        ),
        (&["check", REFUSED, "--only", "nothing"], "signature"),
        (&["listen", "nowhere"], "nowhere"),
        (&["listen", "--page", "0.0.0.0:0"], "loopback"),
        (&["listen", "--resign-env", "X"], "--forward-to"),
        (
            &["replay", "/no/such/file", "--to", REFUSED],
            "/no/such/file",
        ),
        (
            &["replay", "/no/such/file", "--to", REFUSED, "--order", "up"],
            "random",
        ),
    ];
    for (arguments, part) in cases {
        cannot_run(arguments, &[part]);
    }
}

#[test]
fn a_secret_that_is_none() {
    let file = tempfile::NamedTempFile::new().expect("a file");
    std::fs::write(&file, "{}").expect("written");
    let file = file.path().to_str().expect("UTF-8");
    let commands: [&[&str]; 5] = [
        &["send", REFUSED],
        &["check", REFUSED],
        &["listen", "127.0.0.1:0"],
        &["replay", file, "--to", REFUSED],
        &["explain", "--body", file],
    ];
    let secrets = [
        (None, "LOOPS_WEBHOOK_SECRET is not set"),
        (Some(""), "LOOPS_WEBHOOK_SECRET is empty"),
        (Some("\"whsec_1\""), "LOOPS_WEBHOOK_SECRET is in quotes"),
    ];
    for arguments in commands {
        for (secret, part) in secrets {
            let mut command = tower_loops(arguments);
            command.env_remove("LOOPS_WEBHOOK_SECRET");
            let ran = run(command.envs(secret.map(|secret| ("LOOPS_WEBHOOK_SECRET", secret))));
            // It explains wrong secrets.
            if arguments[0] == "explain" && secret == Some("\"whsec_1\"") {
                assert_eq!(ran.code, Some(1), "{ran:?}");
                continue;
            }
            assert_eq!(ran.code, Some(2), "{arguments:?}: {ran:?}");
            let stderr = ran.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(stderr.contains(part), "{arguments:?}: {part:?} in {stderr}");
            assert!(!stderr.contains("whsec_1"), "{stderr}");
        }
        let mut unset = arguments.to_vec();
        unset.extend(["--secret-env", "NO_SUCH_VARIABLE"]);
        cannot_run(&unset, &["NO_SUCH_VARIABLE is not set"]);
    }
}

#[test]
fn a_server_that_is_not_there() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("recorded.json");
    let recorded = r#"{"received_at":"2026-01-01T00:00:00Z","outcome":"verified","method":"POST","path":"/","headers":[],"body":"{}"}"#;
    std::fs::write(&file, recorded).expect("written");
    let file = file.to_str().expect("UTF-8");
    let unknown = "http://host.invalid/hook";
    for (url, part) in [(REFUSED, "Connection refused"), (unknown, "host.invalid")] {
        for arguments in [
            &["send", url][..],
            &["send", url, "--count", "3"],
            &["check", url],
            &["replay", file, "--to", url],
            &["replay", file, "--to", url, "--as-loops"],
        ] {
            cannot_run(arguments, &[part]);
        }
    }
}

#[test]
fn an_address_that_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let taken = taken.local_addr().expect("bound").to_string();
    cannot_run(&["listen", &taken], &[&taken, "port 0"]);
    cannot_run(
        &["listen", "127.0.0.1:0", "--page", &taken],
        &[&taken, "port 0"],
    );
}

#[test]
fn an_endpoint_that_answers_nonsense_has_failed() {
    for answer in [
        &[Answer::Hang],
        &[Answer::Reset],
        &[Answer::Garbage],
        &[Answer::Endless],
        &[Answer::DieMidway],
    ] {
        let endpoint = Endpoint::start(answer);
        for command in ["send", "check"] {
            let arguments = [command, &endpoint.url, "--timeout", "3s", "--json"];
            let ran = run(&mut tower_loops(arguments));
            assert_eq!(ran.code, Some(1), "{command}, {answer:?}: {ran:?}");
            assert!(!ran.json().is_empty(), "{ran:?}");
        }
    }
}
