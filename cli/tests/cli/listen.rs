//! `listen` verifies as the layer does, and says why a delivery is rejected.

use std::process::{Command, Stdio};

use crate::support::{
    listening::Listening,
    process::{SECRET, tower_loops},
    raw::{deliver, request, signature},
};

const EVENT: &[u8] = br#"{"id":"evt_1","type":"charge.succeeded"}"#;

#[test]
fn a_genuine_delivery_is_acknowledged_and_shown() {
    let listening = Listening::start(&[]);
    let answer = deliver(&listening.url, EVENT);
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.ends_with(r#"{"received": true}"#), "{answer}");
    let shown = listening.next();
    assert_eq!(shown["outcome"], "verified");
    assert_eq!(
        (&shown["id"], &shown["type"]),
        (&"evt_1".into(), &"charge.succeeded".into())
    );
    assert_eq!(shown["path"], "/api/webhooks/loops?x=1");
    assert_eq!(shown["duplicate"], false);

    deliver(&listening.url, EVENT);
    assert_eq!(listening.next()["duplicate"], true);
    let other = br#"{"id":"evt_1","type":"charge.refunded"}"#;
    deliver(&listening.url, other);
    assert_eq!(
        listening.next()["duplicate"],
        false,
        "another type is another event"
    );

    let ended = listening.end();
    assert_eq!(ended.code, Some(0), "{}", ended.stderr);
    let summary = ended.lines.last().expect("a summary");
    assert_eq!(
        (&summary["received"], &summary["duplicates"]),
        (&3.into(), &1.into())
    );
}

#[test]
fn a_rejected_delivery_is_answered_as_the_layer_does_and_explained() {
    let listening = Listening::start(&[]);
    let changed = [EVENT, b"\n"].concat();
    let genuine = signature(SECRET, EVENT);
    let foreign = signature("another", EVENT);
    let cases = [
        (
            String::new(),
            EVENT,
            "400",
            "missing_signature",
            "missing_signature",
        ),
        (
            format!("x-loops-signature: {genuine}\r\n"),
            &changed,
            "401",
            "invalid_signature",
            "body_newline_added",
        ),
        (
            format!("x-loops-signature: {foreign}\r\n"),
            EVENT,
            "401",
            "invalid_signature",
            "unknown",
        ),
        (
            format!("x-loops-signature: {genuine}\r\n").repeat(2),
            EVENT,
            "400",
            "ambiguous_signature",
            "ambiguous_signature",
        ),
    ];
    for (headers, body, status, reason, cause) in cases {
        let answer = request(&listening.url, "POST", "/", &headers, body);
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
        let shown = listening.next();
        assert_eq!(
            (&shown["outcome"], &shown["reason"]),
            (&"rejected".into(), &reason.into())
        );
        assert_eq!(shown["causes"][0]["cause"], cause, "{shown}");
        assert!(!shown.to_string().contains(SECRET));
    }
    assert_eq!(listening.end().code, Some(1), "deliveries were rejected");
}

#[test]
fn a_body_that_is_too_large_is_rejected_and_the_next_one_received() {
    let listening = Listening::start(&[]);
    let answer = deliver(&listening.url, &vec![b' '; (1 << 20) + 1]);
    assert!(answer.starts_with("HTTP/1.1 413 "), "{answer}");
    assert_eq!(listening.next()["reason"], "body_too_large");
    deliver(&listening.url, EVENT);
    assert_eq!(listening.next()["outcome"], "verified");
}

#[test]
fn any_host_is_received_from() {
    let listening = Listening::start(&[]);
    let headers = format!(
        "host: 1234.tunnel.example\r\norigin: https://tunnel.example\r\nx-loops-signature: {}\r\n",
        signature(SECRET, EVENT)
    );
    let answer = request(&listening.url, "POST", "/", &headers, EVENT);
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[test]
fn the_terminal_shows_hostile_text_escaped_and_the_summary_at_the_end() {
    let mut command = tower_loops(["listen", "127.0.0.1:0"]);
    let mut child = (command.stdout(Stdio::piped())).spawn().expect("it starts");
    let mut stdout = std::io::BufReader::new(child.stdout.take().expect("piped"));
    let mut first = String::new();
    std::io::BufRead::read_line(&mut stdout, &mut first).expect("a line");
    let url = first
        .trim()
        .strip_prefix("listening on ")
        .expect("an address");
    deliver(
        url,
        "{\"id\":\"e\\u001b[31m\\u202ev\",\"type\":\"a.b\"}".as_bytes(),
    );
    let kill = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(kill.expect("kill runs").success());
    let mut rest = String::new();
    std::io::Read::read_to_string(&mut stdout, &mut rest).expect("UTF-8");
    assert_eq!(child.wait().expect("it ends").code(), Some(0));
    assert!(
        rest.contains(r"✓ a.b  e\u{1b}[31m\u{202e}v  verified  200"),
        "{rest}"
    );
    assert!(
        rest.ends_with("1 received: 1 verified (0 repeated), 0 rejected\n"),
        "{rest}"
    );
}
