//! What `send` sends, and how it reports the answer.

use std::{
    collections::HashSet,
    fs,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use serde_json::Value;
use tower_loops::{EventType, Rejection, testing};

use crate::support::{
    endpoint::{Answer, Endpoint},
    process::{SECRET, run, tower_loops},
};

const OK: &[Answer] = &[Answer::Status("200 OK")];

#[test]
fn a_sample_is_posted_signed_and_made_now() {
    let endpoint = Endpoint::start(OK);
    let ran = run(&mut tower_loops(["send", &endpoint.url, "charge.refunded"]));
    assert_eq!(ran.code, Some(0), "{ran:?}");

    let received = endpoint.only();
    assert_eq!(received.head[0], "POST /hook?of=mine HTTP/1.1");
    assert_eq!(received.header("content-type"), "application/json");
    let event = received.verify(SECRET).expect("a genuine event");
    assert_eq!(event.event_type(), &EventType::ChargeRefunded);
    assert!(ran.stdout.contains(event.id()), "{ran:?}");
    let created = UNIX_EPOCH + Duration::from_secs(event.created().expect("a time") as u64);
    let age = SystemTime::now()
        .duration_since(created)
        .expect("not ahead");
    assert!(age < Duration::from_secs(60), "{age:?}");
    let object: Value = event.object_as().expect("an object");
    let sample = testing::sample(&EventType::ChargeRefunded);
    assert_eq!(object, sample["data"]["object"]);
    assert_ne!(event.id(), sample["id"]);
}

#[test]
fn values_are_set_before_signing() {
    let endpoint = Endpoint::start(OK);
    let set = ["--set", "data.object.amount=1", "--set", "id=evt_mine"];
    let ran = run(tower_loops(["send", &endpoint.url]).args(set));
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let event = endpoint.only().verify(SECRET).expect("a genuine event");
    assert_eq!(event.event_type(), &EventType::ChargeSucceeded);
    assert_eq!(event.id(), "evt_mine");
    let object: Value = event.object_as().expect("an object");
    assert_eq!(object["amount"], 1);
}

#[test]
fn a_payload_file_is_sent_byte_for_byte() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("payload");
    let bodies: [&[u8]; 3] = [
        b"{ \"type\":\"x.y\" , \"id\":\"e\" }\r\n",
        b"\xff\0 no text",
        b"",
    ];
    for body in bodies {
        fs::write(&path, body).expect("written");
        let endpoint = Endpoint::start(OK);
        let ran = run(tower_loops(["send", &endpoint.url, "--payload"]).arg(&path));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let received = endpoint.only();
        assert_eq!(received.body, body);
        let verified = received.verify(SECRET);
        let is_signed = matches!(verified, Ok(_) | Err(Rejection::InvalidPayload { .. }));
        assert!(is_signed, "{verified:?}");

        let ran = run(tower_loops(["send", &endpoint.url, "--tampered", "--payload"]).arg(&path));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let tampered = endpoint.received()[1].verify(SECRET);
        assert!(
            matches!(tampered, Err(Rejection::InvalidSignature { .. })),
            "{tampered:?}"
        );
    }
}

#[test]
fn several_deliveries_are_several_events_or_one() {
    for (same_id, events) in [(None, 20), (Some("--same-id"), 1)] {
        let endpoint = Endpoint::start(OK);
        let mut command = tower_loops(["send", &endpoint.url, "--json", "--count", "20"]);
        let ran = run(command.args(["--concurrency", "8"]).args(same_id));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let ids: HashSet<String> = (endpoint.received().iter())
            .map(|received| received.verify(SECRET).expect("genuine").id().to_owned())
            .collect();
        assert_eq!(ids.len(), events);
        let lines = ran.json();
        assert_eq!(lines.len(), 21, "{ran:?}");
        let shown: HashSet<String> = (lines[..20].iter())
            .map(|line| line["id"].as_str().expect("an id").to_owned())
            .collect();
        assert_eq!(shown, ids);
        assert_eq!(
            (&lines[20]["sent"], &lines[20]["accepted"]),
            (&20.into(), &20.into())
        );
    }
}

#[test]
fn concurrent_deliveries_are_sent_at_the_same_time() {
    let endpoint = Endpoint::start(&[Answer::Hang]);
    let arguments = ["--count", "8", "--concurrency", "8", "--timeout", "2s"];
    let ran = run(tower_loops(["send", &endpoint.url]).args(arguments));
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(endpoint.received().len(), 8);
    assert!(ran.stdout.contains("no answer within 2 s"), "{ran:?}");
    assert!(ran.stdout.contains("8 without answer"), "{ran:?}");
}

#[test]
fn a_delivery_is_signed_as_old_as_asked_for() {
    for (age, kind) in [("310", "timestamp_too_old"), ("-310", "timestamp_too_new")] {
        let endpoint = Endpoint::start(OK);
        let ran = run(&mut tower_loops(["send", &endpoint.url, "--age", age]));
        assert_eq!(ran.code, Some(0), "{ran:?}");
        let rejection = endpoint.only().verify(SECRET).expect_err("not now");
        assert_eq!(rejection.kind().as_str(), kind);
    }
}

#[test]
fn any_answer_but_2xx_fails() {
    for (answer, code) in [
        (&[Answer::Status("201 Created")], 0),
        (&[Answer::Status("302 Found")], 1),
        (&[Answer::Status("401 Unauthorized")], 1),
        (&[Answer::Status("503 Service Unavailable")], 1),
    ] {
        let endpoint = Endpoint::start(answer);
        let ran = run(&mut tower_loops(["send", &endpoint.url, "--json"]));
        assert_eq!(ran.code, Some(code), "{answer:?}: {ran:?}");
        let lines = ran.json();
        assert_eq!(lines.len(), 1, "{ran:?}");
        let Answer::Status(status) = answer[0] else {
            unreachable!("every case is a status")
        };
        assert!(status.starts_with(&lines[0]["status"].to_string()));
        assert_eq!(lines[0]["body"], "ok\u{1b}[m");
    }
}

#[test]
fn an_answer_cannot_control_the_terminal() {
    let endpoint = Endpoint::start(OK);
    let ran = run(&mut tower_loops(["send", &endpoint.url]));
    assert!(ran.stdout.trim_end().ends_with(r"ok\u{1b}[m"), "{ran:?}");
    assert!(!ran.stdout.contains('\u{1b}'), "{ran:?}");
}
