//! The page rejects what other sites cause, and its policy keeps hostile text from running.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    time::Duration,
};

use serde_json::Value;

use crate::support::{
    listening::Listening,
    process::SECRET,
    raw::{deliver, request, signature},
};

const EVENT: &[u8] = br#"{"id":"evt_1","type":"charge.succeeded"}"#;

fn get(page: &str, path: &str, headers: &str) -> String {
    request(page, "GET", path, headers, b"")
}

#[test]
fn everything_is_served_under_a_strict_policy() {
    let listening = Listening::start(&[]);
    deliver(&listening.url, EVENT);
    listening.next();
    let paths = [
        ("/", "text/html"),
        ("/page.css", "text/css"),
        ("/page.js", "text/javascript"),
        ("/body.js", "text/javascript"),
        ("/icon.svg", "image/svg+xml"),
        ("/deliveries/1/headers", "application/json"),
        ("/deliveries/1/body", "application/octet-stream"),
        ("/nothing", "application/json"),
    ];
    for (path, media_type) in paths {
        let answer = get(&listening.page, path, "");
        let expected = if path == "/nothing" { "404" } else { "200" };
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {expected} ")),
            "{path}: {answer}"
        );
        for header in [
            "content-security-policy: default-src 'none'; script-src 'self';",
            &format!("content-type: {media_type}\r\n"),
            "x-content-type-options: nosniff\r\n",
        ] {
            assert!(answer.contains(header), "{path}: {header} in {answer}");
        }
        assert!(!answer.contains("unsafe-inline"), "{path}");
        for inline in ["<script>", "<style", " onclick=", " style="] {
            assert!(!answer.contains(inline), "{path}: {inline}");
        }
    }
    assert!(get(&listening.page, "/deliveries/1/body", "").ends_with("\"charge.succeeded\"}"));
    for path in ["/deliveries/2/body", "/deliveries/x/body", "/deliveries/1"] {
        assert!(
            get(&listening.page, path, "").starts_with("HTTP/1.1 404 "),
            "{path}"
        );
    }
}

#[test]
fn a_foreign_host_or_origin_is_rejected() {
    let listening = Listening::start(&[]);
    deliver(&listening.url, EVENT);
    listening.next();
    let foreign = [
        "host: evil.example\r\n",
        "host: evil.example:80\r\n",
        "origin: http://evil.example\r\n",
        "origin: null\r\n",
    ];
    for headers in foreign {
        for (method, path) in [
            ("GET", "/"),
            ("GET", "/events"),
            ("GET", "/deliveries/1/body"),
            ("POST", "/deliveries/1/replay"),
        ] {
            let answer = request(&listening.page, method, path, headers, b"");
            assert!(
                answer.starts_with("HTTP/1.1 403 "),
                "{method} {path} {headers}: {answer}"
            );
            assert!(!answer.contains("evt_1"), "{answer}");
        }
    }
}

#[test]
fn a_verified_delivery_is_replayed_signed_again_and_a_rejected_one_as_it_came() {
    let listening = Listening::start(&[]);
    deliver(&listening.url, EVENT);
    let forged = format!("x-loops-signature: {}\r\n", signature("another", EVENT));
    request(&listening.url, "POST", "/", &forged, EVENT);
    let replay = |number| {
        let path = format!("/deliveries/{number}/replay");
        request(&listening.page, "POST", &path, "", b"")
    };
    assert_eq!(listening.next()["outcome"], "verified");
    assert_eq!(listening.next()["outcome"], "rejected");

    assert!(replay(1).ends_with(r#"{"status":200}"#));
    let shown = listening.next();
    assert_eq!(
        (&shown["outcome"], &shown["duplicate"]),
        (&"verified".into(), &true.into())
    );
    assert_eq!(shown["path"], "/api/webhooks/loops?x=1");

    assert!(replay(2).ends_with(r#"{"status":401}"#));
    assert_eq!(listening.next()["outcome"], "rejected");
    assert!(replay(99).starts_with("HTTP/1.1 404 "));
    let answer = get(&listening.page, "/deliveries/1/replay", "");
    assert!(
        answer.starts_with("HTTP/1.1 404 "),
        "a GET replays nothing: {answer}"
    );
    assert!(!get(&listening.page, "/deliveries/1/headers", "").contains(SECRET));
}

#[test]
fn deliveries_are_pushed_as_they_come() {
    let listening = Listening::start(&[]);
    deliver(&listening.url, EVENT);
    listening.next();
    let address = listening
        .page
        .trim_start_matches("http://")
        .trim_end_matches('/');
    let mut connection = TcpStream::connect(address).expect("it listens");
    let timeout = Some(Duration::from_secs(60));
    connection.set_read_timeout(timeout).expect("a timeout");
    write!(
        connection,
        "GET /events HTTP/1.1\r\nhost: {address}\r\n\r\n"
    )
    .expect("sent");
    let mut lines = BufReader::new(connection)
        .lines()
        .map(|line| line.expect("a line"));
    let mut next = || -> Value {
        let line = lines.find_map(|line| line.strip_prefix("data: ").map(str::to_owned));
        serde_json::from_str(&line.expect("an event")).expect("JSON")
    };
    assert_eq!(next()["number"], 1);
    deliver(&listening.url, EVENT);
    assert_eq!(next()["number"], 2);
}
