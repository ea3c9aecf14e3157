//! What `send_event` puts on the wire, and what it makes of the answer.

use std::time::SystemTime;

use tower_loops::{EventType, Secret, VerifiedEvent, Verifier};

use crate::{
    endpoint::{Received, answer},
    process::{SECRET, example, run},
};

fn verify(received: &Received) -> VerifiedEvent {
    let header = received.header("x-loops-signature").as_bytes();
    let verifier = Verifier::new(Secret::new(SECRET).expect("not empty"));
    let verified = verifier.verify(header, received.body.clone().into(), SystemTime::now());
    verified.expect("a genuine event")
}

#[test]
fn a_sample_is_posted_signed_with_an_id_of_its_own() {
    let (url, serving) = answer(&["204 No Content", "200 OK"]);
    for arguments in [&[url.as_str(), "charge.refunded"][..], &[&url]] {
        let ran = run(example("send_event").args(arguments));
        assert_eq!(ran.code, Some(0), "{}{}", ran.stdout, ran.stderr);
    }
    let received = serving.join().expect("served");
    assert_eq!(received[0].head[0], "POST /hook?of=mine HTTP/1.1");
    assert_eq!(received[0].header("content-type"), "application/json");
    let [refunded, succeeded] = [verify(&received[0]), verify(&received[1])];
    assert_eq!(refunded.event_type(), &EventType::ChargeRefunded);
    assert_eq!(succeeded.event_type(), &EventType::ChargeSucceeded);
    assert_ne!(refunded.id(), succeeded.id());
}

#[test]
fn any_answer_but_2xx_fails_and_cannot_control_the_terminal() {
    let (url, serving) = answer(&["503 Service Unavailable"]);
    let ran = run(example("send_event").arg(&url));
    serving.join().expect("served");
    assert_eq!(ran.code, Some(1), "{}{}", ran.stdout, ran.stderr);
    let end = "  503 Service Unavailable  \"ok\\u{1b}[m\"\n";
    assert!(ran.stdout.ends_with(end), "{}", ran.stdout);
}

#[test]
fn what_cannot_be_sent_is_an_error() {
    let url = "http://127.0.0.1:1/hook";
    let cases: [(&[&str], &str); 4] = [
        (&[], "usage: "),
        (&[url, "charge.succeeded", "more"], "usage: "),
        (&["no URL"], "invalid"),
        (&[url], "Connection refused"),
    ];
    for (arguments, part) in cases {
        let ran = run(example("send_event").args(arguments));
        assert_eq!(ran.code, Some(2), "{arguments:?}: {}", ran.stdout);
        assert!(ran.stderr.starts_with("error: "), "{}", ran.stderr);
        assert!(ran.stderr.contains(part), "{arguments:?}: {}", ran.stderr);
    }
    let ran = run(example("send_event")
        .arg(url)
        .env_remove("LOOPS_WEBHOOK_SECRET"));
    assert_eq!(ran.code, Some(2));
    assert!(
        ran.stderr.contains("LOOPS_WEBHOOK_SECRET is not set"),
        "{}",
        ran.stderr
    );
}
