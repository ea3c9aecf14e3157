//! What is logged, with the feature `tracing`: one event for each outcome, and nothing that a stranger chose.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use http::Request;
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use tower_loops::{BoxError, SIGNATURE_HEADER, Signer};
use tracing_subscriber::{filter::LevelFilter, fmt::MakeWriter, util::SubscriberInitExt};

use crate::{
    scripted_body::{ScriptedBody, Step},
    support::{
        EVENT, SECRET, layer, now, recording, secret, send, sign, signed, unsigned, with_header,
    },
};

/// Where the log goes.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("not poisoned").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

type AnyBody = UnsyncBoxBody<Bytes, BoxError>;

/// Sends one request, and returns what is logged at this level and above, an event a line.
async fn logged(level: LevelFilter, request: Request<AnyBody>) -> Vec<String> {
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(log.clone())
        .with_ansi(false)
        .without_time()
        .finish();
    let _guard = subscriber.set_default();
    send(recording(&layer()).0, request).await;
    let bytes = log.0.lock().expect("not poisoned").clone();
    let text = String::from_utf8(bytes).expect("text");
    text.lines().map(ToOwned::to_owned).collect()
}

fn body(steps: impl IntoIterator<Item = impl Into<Step>>) -> AnyBody {
    ScriptedBody::new(steps).boxed_unsync()
}

/// Requests that are refused, each with as much in it as it can that must not be logged.
fn refused() -> Vec<(&'static str, Request<AnyBody>)> {
    let signer = Signer::new(secret());
    let at = |at| with_header(signer.sign(PRIVATE.as_bytes(), at), body([PRIVATE]));
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let mut twice = signed(PRIVATE, body([PRIVATE]));
    twice.headers_mut().append(SIGNATURE_HEADER, sign(PRIVATE));
    let malformed = "t=t_private,v1=v1_private".parse().expect("a header value");
    let hopeless = "t=1700000000,v1=v1_private"
        .parse()
        .expect("a header value");
    let mut long = signed(PRIVATE, body([PRIVATE]));
    long.headers_mut()
        .insert("content-length", 7_777_777.into());
    let failing = body([Step::Fail("error_private".into())]);
    vec![
        ("Missing signature", unsigned(body([PRIVATE]))),
        ("Ambiguous signature", twice),
        (
            "Malformed signature",
            with_header(malformed, body([PRIVATE])),
        ),
        ("Webhook timestamp too old", at(now() - minutes(6))),
        ("Webhook timestamp too new", at(now() + minutes(6))),
        ("Invalid signature", with_header(hopeless, body([PRIVATE]))),
        ("Payload too large", long),
        ("Unreadable body", signed(PRIVATE, failing)),
        ("Invalid signature", signed(EVENT, body([PRIVATE]))),
        ("Invalid payload", signed(PRIVATE, body([PRIVATE]))),
    ]
}

const PRIVATE: &str = r#"{"id":"id_private","amount":424242}"#;

#[tokio::test]
async fn a_verified_event_is_one_line_at_info_with_id_type_and_age() {
    for level in [LevelFilter::INFO, LevelFilter::TRACE] {
        let signature =
            Signer::new(secret()).sign(EVENT.as_bytes(), now() - Duration::from_secs(77));
        let lines = logged(level, with_header(signature, body([EVENT]))).await;
        let [line] = &lines[..] else {
            panic!("at {level}, not one line: {lines:?}");
        };
        assert!(line.trim_start().starts_with("INFO tower_loops"), "{line}");
        for part in ["evt_1", "charge.succeeded", "77"] {
            assert!(line.contains(part), "{part:?} is not in {line}");
        }
    }
}

#[tokio::test]
async fn a_refusal_is_one_line_at_debug_with_its_reason() {
    for level in [LevelFilter::DEBUG, LevelFilter::TRACE] {
        for (reason, request) in refused() {
            let lines = logged(level, request).await;
            let [line] = &lines[..] else {
                panic!("{reason} at {level}, not one line: {lines:?}");
            };
            assert!(line.starts_with("DEBUG tower_loops"), "{reason}: {line}");
            assert!(line.contains(reason), "{reason}: {line}");
        }
    }
}

#[tokio::test]
async fn a_stranger_cannot_flood_the_log_at_info() {
    for (reason, request) in refused() {
        let lines = logged(LevelFilter::INFO, request).await;
        assert!(lines.is_empty(), "{reason}: {lines:?}");
    }
}

#[tokio::test]
async fn nothing_of_a_refused_request_is_logged_at_any_level() {
    let digest = sign(PRIVATE).to_str().expect("text")["t=1700000000,v1=".len()..].to_owned();
    let never = [
        "private",
        "424242",
        "7777777",
        "17000003",
        "16999996",
        "1700000000",
        "/webhooks",
        "x-loops",
        SECRET,
        &digest,
    ];
    for (reason, request) in refused() {
        let lines = logged(LevelFilter::TRACE, request).await;
        for text in never {
            let line = lines.iter().find(|line| line.to_lowercase().contains(text));
            assert_eq!(line, None, "{reason}: {text:?} is in the log");
        }
    }
}

#[tokio::test]
async fn nothing_but_id_and_type_of_a_verified_request_is_logged_at_any_level() {
    let event = r#"{"id":"evt_1","type":"charge.succeeded","data":{"object":{"amount":424242,"customer":"cus_private"}}}"#;
    let digest = sign(event).to_str().expect("text")["t=1700000000,v1=".len()..].to_owned();
    let mut request = signed(event, body([event]));
    let header = "header_private".parse().expect("a header value");
    request.headers_mut().insert("authorization", header);
    let lines = logged(LevelFilter::TRACE, request).await;
    let text = lines.concat().to_lowercase();
    assert!(text.contains("evt_1"), "the log is there: {text}");
    for never in [
        "private",
        "424242",
        "authorization",
        "/webhooks",
        SECRET,
        &digest,
    ] {
        assert!(!text.contains(never), "{never:?} is in {text}");
    }
}

/// A log is read by the line: an event, genuine as it is, must not be able to start one.
#[tokio::test]
async fn an_id_with_a_line_break_stays_on_one_line() {
    let event = r#"{"id":"evt_1\nERROR forged","type":"a\u001b[2Kb"}"#;
    let lines = logged(LevelFilter::TRACE, signed(event, body([event]))).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(!lines[0].contains('\u{1b}'), "{lines:?}");
}
