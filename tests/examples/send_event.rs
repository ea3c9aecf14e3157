//! What `send_event` puts on the wire, and what it makes of the answer.

use std::{
    env, fs,
    path::PathBuf,
    process,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use tower_loops::{EventType, Rejection, Secret, VerifiedEvent, Verifier, testing};

use crate::{
    endpoint::{Received, answer},
    process::{SECRET, example, run},
};

fn verify(received: &Received) -> Result<VerifiedEvent, Rejection> {
    let secret = Secret::new(SECRET).expect("not empty");
    let header = received.header("x-loops-signature").as_bytes();
    Verifier::new(secret).verify(header, received.body.clone().into(), SystemTime::now())
}

#[test]
fn an_event_is_posted_as_json_to_the_url_and_made_now() {
    let (url, serving) = answer(&["204 No Content"]);
    let ran = run(example("send_event").args([&url, "charge.refunded"]));
    assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);

    let received = &serving.join().expect("served")[0];
    assert_eq!(received.head[0], "POST /hook?of=mine HTTP/1.1");
    assert_eq!(received.header("content-type"), "application/json");
    let event = verify(received).expect("a genuine event");
    assert_eq!(event.event_type().as_str(), "charge.refunded");
    assert!(ran.stdout.contains(event.id()), "{}", ran.stdout);
    let created = UNIX_EPOCH + Duration::from_secs(event.created().expect("a time") as u64);
    let age = SystemTime::now()
        .duration_since(created)
        .expect("not ahead");
    assert!(age < Duration::from_secs(60), "{age:?}");
}

#[test]
fn only_the_envelope_of_the_example_is_made_new() {
    let (url, serving) = answer(&["200 OK"]);
    run(example("send_event").args([&url, "customer.subscription.deleted"]));
    let event = verify(&serving.join().expect("served")[0]).expect("a genuine event");
    let sent: serde_json::Value = event.object_as().expect("an object");

    let example = testing::sample(&EventType::CustomerSubscriptionDeleted);
    assert_eq!(sent, example["data"]["object"]);
    assert_ne!(event.id(), example["id"]);
}

/// A file of the test's own, removed when dropped.
struct TemporaryFile(PathBuf);

impl TemporaryFile {
    fn with(name: &str, bytes: &[u8]) -> Self {
        let path = env::temp_dir().join(format!("tower-loops-{}-{name}", process::id()));
        fs::write(&path, bytes).expect("a file");
        Self(path)
    }
}

impl Drop for TemporaryFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn a_payload_file_is_sent_as_it_is() {
    let payloads: [(&str, &[u8]); 3] = [
        (
            "spaced",
            b"{ \"type\":\"payout.paid\" , \"id\":\"evt_mine\" }\r\n",
        ),
        ("no-event", b"\xff\x00 not even text"),
        ("empty", b""),
    ];
    for (name, bytes) in payloads {
        let file = TemporaryFile::with(name, bytes);
        let (url, serving) = answer(&["200 OK"]);
        let ran = run(example("send_event")
            .arg(&url)
            .arg("--payload")
            .arg(&file.0));
        assert_eq!(ran.code, Some(0), "{name}: {}{}", ran.stdout, ran.stderr);
        let received = &serving.join().expect("served")[0];
        assert_eq!(received.body, bytes, "{name}");
        let verdict = verify(received);
        let is_signed = matches!(verdict, Ok(_) | Err(Rejection::InvalidPayload { .. }));
        assert!(is_signed, "{name}: {verdict:?}");
    }
}

#[test]
fn a_tampered_payload_differs_from_what_was_signed() {
    for bytes in [&b"{\"id\":\"evt_7\",\"type\":\"x\"}"[..], b"{}", b""] {
        let file = TemporaryFile::with(&format!("tampered-{}", bytes.len()), bytes);
        let (url, serving) = answer(&["200 OK"]);
        let mut command = example("send_event");
        command.args([&url, "--tampered", "--payload"]).arg(&file.0);
        assert_eq!(run(&mut command).code, Some(0));
        let received = &serving.join().expect("served")[0];
        assert_ne!(received.body, bytes);
        let verdict = verify(received);
        assert!(
            matches!(verdict, Err(Rejection::InvalidSignature { .. })),
            "{verdict:?}"
        );
    }
}

#[test]
fn any_answer_but_2xx_fails() {
    let cases: [(&[&str], i32); 5] = [
        (&["200 OK", "201 Created"], 0),
        (&["302 Found", "200 OK"], 1),
        (&["200 OK", "409 Conflict"], 1),
        (&["500 Internal Server Error", "200 OK"], 1),
        (&["503 Service Unavailable", "503 Service Unavailable"], 1),
    ];
    for (status_lines, code) in cases {
        let (url, serving) = answer(status_lines);
        let ran = run(example("send_event").args([&url, "charge.succeeded", "--count", "2"]));
        assert_eq!(
            ran.code,
            Some(code),
            "{status_lines:?}: {}{}",
            ran.stdout,
            ran.stderr
        );
        assert_eq!(serving.join().expect("served").len(), 2, "{status_lines:?}");
        for status_line in status_lines {
            assert!(
                ran.stdout.contains(status_line),
                "{status_lines:?}: {}",
                ran.stdout
            );
        }
    }
}

#[test]
fn what_a_server_answers_gets_no_hold_of_the_terminal() {
    let (url, serving) = answer(&["200 OK"]);
    let ran = run(example("send_event").args([&url, "charge.succeeded"]));
    serving.join().expect("served");
    assert!(
        ran.stdout.trim_end().ends_with(r"ok\u{1b}[m"),
        "{:?}",
        ran.stdout
    );
}

#[test]
fn an_endpoint_that_is_not_there_is_named() {
    let url = "http://127.0.0.1:1/api/webhooks/loops";
    let ran = run(example("send_event").args([url, "charge.succeeded", "--count", "2"]));
    assert_eq!(ran.code, Some(1));
    assert_eq!(ran.stdout, "");
    for part in [url, "Connection refused", "is the server running?"] {
        assert!(ran.stderr.contains(part), "{part:?} in {}", ran.stderr);
    }
}
