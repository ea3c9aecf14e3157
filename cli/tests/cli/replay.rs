//! `replay` sends what was recorded, signed afresh.

use std::{
    fs,
    path::Path,
    time::{Duration, Instant, SystemTime},
};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    endpoint::{Answer, Endpoint},
    process::{Ran, SECRET, run, tower_loops},
};

const OK: &[Answer] = &[Answer::Status("200 OK")];

/// A folder with recordings of last week, with these bodies.
fn recorded(bodies: &[Value]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (number, body) in bodies.iter().enumerate() {
        let recording = json!({
            "received_at": "2026-01-01T00:00:00Z",
            "outcome": "verified",
            "method": "POST",
            "path": "/recorded?x=1",
            "headers": [
                "content-type: application/json",
                "x-loops-signature: t=1767225600,v1=00",
                "x-own: kept",
                "connection: close, x-hop",
                "x-hop: dropped",
                "content-length: 7",
            ],
            "body": body,
        });
        let path = folder.path().join(format!("{number:02}.json"));
        fs::write(path, recording.to_string()).expect("written");
    }
    folder
}

fn event(id: &str) -> Value {
    let body =
        format!("{{ \"id\":\"{id}\",\n\"type\":\"charge.succeeded\",\"amount\":4900.0}}\r\n");
    body.into()
}

fn replay(folder: &Path, url: &str, arguments: &[&str]) -> Ran {
    let mut command = tower_loops(["replay", "--json", "--to", url]);
    run(command.arg(folder).args(arguments))
}

fn ids(endpoint: &Endpoint) -> Vec<String> {
    let received = endpoint.received();
    let id = |one: &crate::support::endpoint::Received| {
        one.verify(SECRET).expect("genuine").id().to_owned()
    };
    received.iter().map(id).collect()
}

#[test]
fn the_same_bytes_are_sent_with_a_fresh_signature() {
    let folder = recorded(&[event("evt_1")]);
    let endpoint = Endpoint::start(OK);
    let origin = endpoint.url.replace("/hook?of=mine", "");
    let ran = replay(folder.path(), &origin, &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let received = endpoint.only();
    assert_eq!(received.head[0], "POST /recorded?x=1 HTTP/1.1");
    assert_eq!(received.header("x-own"), "kept");
    assert!(!received.head.iter().any(|line| line.starts_with("x-hop")));
    assert_eq!(
        received.body,
        event("evt_1").as_str().expect("text").as_bytes()
    );
    let verified = received.verify(SECRET).expect("genuine");
    let age = SystemTime::now()
        .duration_since(verified.signed_at())
        .expect("not ahead");
    assert!(age < Duration::from_secs(60), "{age:?}");

    let endpoint = Endpoint::start(OK);
    replay(folder.path(), &endpoint.url, &[]);
    assert_eq!(endpoint.only().head[0], "POST /hook?of=mine&x=1 HTTP/1.1");
}

#[test]
fn bodies_that_are_no_text_are_replayed() {
    let folder = recorded(&[json!({"base64": "/wD+"})]);
    let endpoint = Endpoint::start(OK);
    let ran = replay(folder.path(), &endpoint.url, &[]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(endpoint.only().body, b"\xff\0\xfe");
}

#[test]
fn ids_and_values_change_on_demand_and_nothing_else() {
    let folder = recorded(&[event("evt_1")]);
    let endpoint = Endpoint::start(OK);
    let arguments = ["--new-id", "--times", "3", "--set", "currency=eur"];
    let ran = replay(folder.path(), &endpoint.url, &arguments);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let mut ids = ids(&endpoint);
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 3);
    assert!(!ids.contains(&"evt_1".to_owned()));
    let body = String::from_utf8(endpoint.received()[0].body.clone()).expect("UTF-8");
    assert!(
        body.contains(r#""amount":4900.0,"currency":"eur""#),
        "{body}"
    );
}

#[test]
fn deliveries_are_sent_in_the_order_asked_for() {
    let folder = recorded(&["a", "b", "c", "d", "e", "f"].map(event));
    let order = |arguments: &[&str]| {
        let endpoint = Endpoint::start(OK);
        let ran = replay(folder.path(), &endpoint.url, arguments);
        assert_eq!(ran.code, Some(0), "{ran:?}");
        ids(&endpoint).concat()
    };
    assert_eq!(order(&["--times", "2", "--same-id"]), "abcdefabcdef");
    assert_eq!(order(&["--order", "reverse"]), "fedcba");
    let random = order(&["--order", "random", "--seed", "1"]);
    assert_eq!(random, order(&["--order", "random", "--seed", "1"]));
    assert_ne!(random, "abcdef");
}

#[test]
fn deliveries_are_sent_at_intervals() {
    let folder = recorded(&["a", "b", "c"].map(event));
    let endpoint = Endpoint::start(OK);
    let start = Instant::now();
    let ran = replay(folder.path(), &endpoint.url, &["--every", "200ms"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(start.elapsed() >= Duration::from_millis(400));
}

#[test]
fn as_loops_repeats_until_the_answer_is_2xx() {
    const ANSWERS: &[Answer] = &[
        Answer::Status("500 Internal Server Error"),
        Answer::Reset,
        Answer::Status("200 OK"),
    ];
    let folder = recorded(&[event("evt_1")]);
    let endpoint = Endpoint::start(ANSWERS);
    let start = Instant::now();
    let arguments = ["--as-loops", "--first-pause", "100ms", "--new-id"];
    let ran = replay(folder.path(), &endpoint.url, &arguments);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(
        start.elapsed() >= Duration::from_millis(300),
        "the second pause is longer"
    );
    let ids = ids(&endpoint);
    assert_eq!(ids, [ids[0].clone(), ids[0].clone(), ids[0].clone()]);
    let last = ran.json().pop().expect("a report");
    assert_eq!(last["statuses"], json!([500, null, 200]));
    assert_eq!(last["accepted"], true);
}

#[test]
fn as_loops_gives_up_in_the_end() {
    let folder = recorded(&[event("evt_1")]);
    let endpoint = Endpoint::start(&[Answer::Status("400 Bad Request")]);
    let arguments = ["--as-loops", "--first-pause", "1ms", "--attempts", "3"];
    let ran = replay(folder.path(), &endpoint.url, &arguments);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(endpoint.received().len(), 3);
}

#[test]
fn a_file_that_is_not_a_recording_is_named_before_anything_is_sent() {
    let endpoint = Endpoint::start(OK);
    let folder = recorded(&[event("evt_1"), "no JSON".into()]);
    let ran = replay(folder.path(), &endpoint.url, &["--new-id"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.stderr.contains("01.json"), "{ran:?}");

    for content in ["", "{}", "[1]"] {
        fs::write(folder.path().join("01.json"), content).expect("written");
        let ran = replay(folder.path(), &endpoint.url, &[]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.stderr.contains("01.json"), "{ran:?}");
    }
    let empty = tempfile::tempdir().expect("a folder");
    let ran = replay(empty.path(), &endpoint.url, &[]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(endpoint.received().is_empty());
}
