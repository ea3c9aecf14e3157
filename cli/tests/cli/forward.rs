//! `listen --forward-to` passes the same bytes on.

use crate::support::{
    endpoint::{Answer, Endpoint},
    listening::Listening,
    process::{SECRET, tower_loops},
    raw::{deliver, request, signature},
};

const OK: &[Answer] = &[Answer::Status("202 Accepted")];
const EVENT: &[u8] = br#"{"id":"evt_1","type":"charge.succeeded"}"#;

fn origin(endpoint: &Endpoint) -> String {
    endpoint.url.replace("/hook?of=mine", "")
}

#[test]
fn method_path_query_headers_and_body_are_passed_on_and_the_answer_returned() {
    let endpoint = Endpoint::start(OK);
    let listening = Listening::start(&["--forward-to", &origin(&endpoint)]);
    let signed = signature(SECRET, EVENT);
    let headers = format!(
        "host: tunnel.example\r\nX-Own: a\r\nx-own: b\r\nconnection: x-hop\r\nx-hop: 1\r\nx-loops-signature: {signed}\r\n"
    );
    let answer = request(&listening.url, "PUT", "/a/b%20c?x=%2F&y", &headers, EVENT);
    assert!(answer.starts_with("HTTP/1.1 202 Accepted\r\n"), "{answer}");
    assert!(answer.contains("x-own: yes\r\n"), "{answer}");
    assert!(answer.ends_with("ok\u{1b}[m"), "{answer}");

    let received = endpoint.only();
    assert_eq!(received.head[0], "PUT /a/b%20c?x=%2F&y HTTP/1.1");
    assert_eq!(received.body, EVENT);
    assert_eq!(received.header("x-loops-signature"), signed);
    assert_eq!(received.header("x-forwarded-host"), "tunnel.example");
    assert_eq!(
        received
            .head
            .iter()
            .filter(|line| line.starts_with("x-own: "))
            .count(),
        2
    );
    assert!(!received.head.iter().any(|line| line.starts_with("x-hop")));
    let shown = listening.next();
    assert_eq!(
        (&shown["forwarded"], &shown["status"]),
        (&true.into(), &202.into())
    );
}

#[test]
fn a_thousand_unusual_bodies_arrive_byte_for_byte() {
    let endpoint = Endpoint::start(OK);
    let listening = Listening::start(&["--forward-to", &origin(&endpoint)]);
    let bodies: Vec<Vec<u8>> = (0..1000).map(unusual).collect();
    for body in &bodies {
        let answer = deliver(&listening.url, body);
        assert!(answer.starts_with("HTTP/1.1 202 "), "{answer}");
    }
    let received = endpoint.received();
    assert_eq!(received.len(), bodies.len());
    for (received, body) in received.iter().zip(&bodies) {
        assert_eq!(&received.body, body);
    }
}

/// Bodies that a parser, a text conversion or a careless copy would change.
fn unusual(number: usize) -> Vec<u8> {
    const PIECES: [&[u8]; 16] = [
        b"",
        b"\r\n",
        b"\n\n",
        b"\xef\xbb\xbf",
        b"\0",
        b"\xff\xfe",
        b"{\"a\": 1.0e2, \"a\":\"\\u00e9\\/\"}",
        "é日🦀".as_bytes(),
        b"\xed\xa0\x80",
        b"0\r\n\r\n",
        b"POST / HTTP/1.1\r\n",
        b" \t ",
        b"[[[[[[[[",
        b"\x1b[31m",
        b"<script>alert(1)</script>",
        b"%00%0a",
    ];
    let mut random = fastrand::Rng::with_seed(number as u64);
    let pieces = random.usize(..6);
    let mut body: Vec<u8> = (0..pieces)
        .flat_map(|_| PIECES[random.usize(..PIECES.len())])
        .copied()
        .collect();
    body.extend((0..random.usize(..64)).map(|_| random.u8(..)));
    if number.is_multiple_of(100) {
        body.resize(300_000, b'x');
    }
    body
}

#[test]
fn only_genuine_deliveries_are_signed_again() {
    let endpoint = Endpoint::start(OK);
    let mut command = tower_loops(["listen", "127.0.0.1:0", "--json"]);
    command.env("APPLICATION", "of_the_application");
    let arguments = ["--forward-to", &endpoint.url, "--resign-env", "APPLICATION"];
    let listening = Listening::start_command(&mut command, &arguments);

    let forged = format!("x-loops-signature: {}\r\n", signature("another", EVENT));
    for headers in [forged.as_str(), ""] {
        let answer = request(&listening.url, "POST", "/", headers, EVENT);
        assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    }
    assert!(endpoint.received().is_empty());

    deliver(&listening.url, EVENT);
    let received = endpoint.only();
    assert_eq!(received.body, EVENT);
    received.verify("of_the_application").expect("signed again");
    assert!(received.verify(SECRET).is_err());
}

#[test]
fn an_application_that_does_not_answer_is_a_bad_gateway() {
    let listening = Listening::start(&["--forward-to", "http://127.0.0.1:1"]);
    let answer = deliver(&listening.url, EVENT);
    assert!(answer.starts_with("HTTP/1.1 502 "), "{answer}");
    let shown = listening.next();
    assert_eq!(
        (&shown["forwarded"], &shown["status"]),
        (&false.into(), &502.into())
    );
    let error = shown["error"].as_str().expect("a reason");
    assert!(error.contains("Connection refused"), "{error}");
}
