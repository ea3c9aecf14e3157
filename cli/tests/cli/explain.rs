//! `explain` names the cause, and nothing of the secret.

use std::{
    fs,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use tempfile::NamedTempFile;

use crate::support::{
    process::{SECRET, run, tower_loops},
    raw::signature,
};

const BODY: &[u8] = b"{\"id\":\"evt_1\",\"type\":\"charge.succeeded\"}\n";

fn file(content: &[u8]) -> NamedTempFile {
    let file = NamedTempFile::new().expect("a file");
    fs::write(&file, content).expect("written");
    file
}

#[test]
fn a_genuine_delivery_is_valid() {
    let body = file(BODY);
    let value = signature(SECRET, BODY);
    for line in [value.clone(), format!("X-Loops-Signature: {value}")] {
        let mut command = tower_loops(["explain", "--json", "--signature", &line, "--body"]);
        let ran = run(command.arg(body.path()));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        assert_eq!(ran.stdout, "{\"verdict\":\"valid\",\"causes\":[]}\n");
    }
}

#[test]
fn the_cause_is_named_in_json_and_for_people() {
    let changed = file(&BODY[..BODY.len() - 1]);
    let value = signature(SECRET, BODY);
    let ran = run(
        tower_loops(["explain", "--signature", &value, "--json", "--body"]).arg(changed.path()),
    );
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let lines = ran.json();
    assert_eq!(lines.len(), 1, "{ran:?}");
    assert_eq!(lines[0]["verdict"], "invalid");
    assert_eq!(lines[0]["causes"][0]["cause"], "body_newline_lost");

    let ran = run(tower_loops(["explain", "--signature", &value, "--body"]).arg(changed.path()));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(
        ran.stdout.contains("invalid\n  body_newline_lost\n"),
        "{ran:?}"
    );
}

#[test]
fn header_lines_and_the_time_of_arrival_count() {
    let body = file(BODY);
    let value = signature(SECRET, BODY);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let later = (now + 3600).to_string();
    let cases: [(&[&str], &str); 3] = [
        (&[], "missing_signature"),
        (
            &["--signature", &value, "--signature", &value],
            "ambiguous_signature",
        ),
        (
            &["--signature", &value, "--at", &later],
            "timestamp_too_old",
        ),
    ];
    for (arguments, cause) in cases {
        let mut command = tower_loops(["explain", "--json", "--body"]);
        let ran = run(command.arg(body.path()).args(arguments));
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert_eq!(ran.json()[0]["causes"][0]["cause"], cause);
    }
}

#[test]
fn secrets_are_used_unmodified_and_never_printed() {
    let body = file(BODY);
    let value = signature(SECRET, BODY);
    let secret_file = file(format!("{SECRET}\n").as_bytes());
    for (secret, cause) in [
        (format!("{SECRET}\r\n"), "secret_whitespace"),
        (format!("'{SECRET}'"), "secret_quotes"),
        (format!("another{SECRET}"), "unknown"),
    ] {
        for json in [None, Some("--json")] {
            let mut command = tower_loops(["explain", "--signature", &value, "--body"]);
            let ran = run(command
                .arg(body.path())
                .args(json)
                .env("LOOPS_WEBHOOK_SECRET", &secret));
            assert_eq!(ran.code, Some(1), "{ran:?}");
            assert!(ran.stdout.contains(cause), "{ran:?}");
            assert!(!(ran.stdout + &ran.stderr).contains(SECRET));
        }
    }
    let mut command = tower_loops(["explain", "--signature", &value, "--json", "--body"]);
    let ran = run(command
        .arg(body.path())
        .arg("--secret-file")
        .arg(secret_file.path()));
    assert_eq!(
        ran.json()[0]["causes"][0]["cause"],
        "secret_whitespace",
        "{ran:?}"
    );

    let mut command = tower_loops(["explain", "--signature", &value, "--json", "--body"]);
    let names = [
        "--secret-env",
        "OTHER",
        "--secret-env",
        "LOOPS_WEBHOOK_SECRET",
    ];
    let ran = run(command.arg(body.path()).args(names).env("OTHER", "other"));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(
        ran.json()[0]["causes"][0]["cause"],
        "secret_other",
        "{ran:?}"
    );
}

#[test]
fn a_body_of_one_mebibyte_is_explained_in_bounded_time() {
    let mut large = b"{\"a\":[".to_vec();
    while large.len() < 1 << 20 {
        large.extend_from_slice(b"\"\xc3\xa9/\\u00e9\", 1.0,\n");
    }
    let body = file(&large);
    let value = signature(SECRET, b"something else");
    let start = Instant::now();
    let ran =
        run(tower_loops(["explain", "--signature", &value, "--json", "--body"]).arg(body.path()));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    // It takes three seconds of a processor, whose share here may be small: other tests run as
    // well.
    assert!(
        start.elapsed() < Duration::from_secs(600),
        "{:?}",
        start.elapsed()
    );
}
