//! The log with feature `tracing`: one event for each outcome, and nothing that a client chose.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::SeqCst},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderValue, Method, Request};
use http_body_util::{BodyExt, combinators::UnsyncBoxBody};
use testkit::{
    body::{ScriptedBody, Step},
    delivery::{EVENT, SECRET, mac, now, post, sign, sign_at, signed, verified, with_header},
    log::Log,
};
use tower_loops::{BoxError, SIGNATURE_HEADER};
use tracing_subscriber::filter::LevelFilter;

use crate::support::{layer, outcome};

type AnyBody = UnsyncBoxBody<Bytes, BoxError>;

/// Runs what logs, and returns the lines at this level and above.
async fn lines_of(level: LevelFilter, run: impl Future<Output = ()>) -> Vec<String> {
    let (log, _guard) = Log::capture(level);
    run.await;
    log.take()
}

/// The lines of one request.
async fn logged(level: LevelFilter, request: Request<AnyBody>) -> Vec<String> {
    lines_of(level, async { drop(outcome(&layer(), request).await) }).await
}

fn body(steps: impl IntoIterator<Item = impl Into<Step>>) -> AnyBody {
    ScriptedBody::new(steps).boxed_unsync()
}

/// Rejected requests full of what must not be logged, each with the fields that must be.
fn rejected() -> Vec<(&'static str, Request<AnyBody>)> {
    let at = |at| with_header(sign_at(PRIVATE, at), body([PRIVATE]));
    let minutes = |count: u64| Duration::from_secs(60 * count);
    let header = |text: &str| text.parse::<HeaderValue>().expect("a header value");
    let mut twice = signed(PRIVATE, body([PRIVATE]));
    twice.headers_mut().append(SIGNATURE_HEADER, sign(PRIVATE));
    let malformed = with_header(header("t=t_private,v1=v1_private"), body([PRIVATE]));
    let hopeless = with_header(header("t=1700000000,v1=v1_private"), body([PRIVATE]));
    let with_length = |signed_bytes: &str, bytes, steps: Vec<Step>| {
        let mut request = signed(signed_bytes, body(steps));
        request.headers_mut().insert("content-length", bytes);
        request
    };
    let long = with_length(PRIVATE, 7_777_777.into(), vec![PRIVATE.into()]);
    let truncated = with_length(EVENT, 99.into(), vec![EVENT[..10].into()]);
    let failing = vec![PRIVATE.into(), Step::Fail("error_private".into())];
    let mut redirected = post(body([] as [Step; 0]));
    *redirected.method_mut() = Method::GET;
    let mut unusual = post(body([PRIVATE]));
    *unusual.method_mut() = "PRIVATE".parse().expect("a method");
    let encoding = |text| [(http::header::CONTENT_ENCODING, header(text))];
    unusual.headers_mut().extend(encoding("private"));
    let mut encoded = signed(EVENT, body([PRIVATE]));
    encoded.headers_mut().extend(encoding("GZip"));
    #[rustfmt::skip]
    let rows = vec![
        (r#"kind="missing_signature" method="POST""#, post(body([PRIVATE]))),
        (r#"kind="missing_signature" method="GET""#, redirected),
        (r#"kind="missing_signature" method="other" content_encoding="other""#, unusual),
        (r#"kind="ambiguous_signature""#, twice),
        (r#"kind="malformed_signature" reason=the `t` of the signature header is not"#, malformed),
        (r#"kind="timestamp_too_old" age_seconds=360"#, at(now() - minutes(6))),
        (r#"kind="timestamp_too_new" age_seconds=-360"#, at(now() + minutes(6))),
        (r#"kind="invalid_signature" signatures=1 secrets=1 method"#, hopeless),
        (r#"kind="invalid_signature" signatures=1 secrets=1 received_bytes=35 method"#,
            signed(EVENT, body([PRIVATE]))),
        (r#"received_bytes=35 method="POST" content_encoding="gzip""#, encoded),
        (r#"signatures=1 secrets=1 received_bytes=10 declared_bytes=99"#, truncated),
        (r#"signatures=1 secrets=1 received_bytes=0"#, signed(EVENT, body([] as [Step; 0]))),
        (r#"kind="body_too_large" declared_bytes=7777777 limit_bytes=1048576"#, long),
        (r#"kind="unreadable_body" received_bytes=35"#, signed(PRIVATE, body(failing))),
        (r#"kind="invalid_payload" reason=the payload has no `type` received_bytes=35"#,
            signed(PRIVATE, body([PRIVATE]))),
    ];
    rows
}

const PRIVATE: &str = r#"{"id":"id_private","amount":424242}"#;

#[tokio::test]
async fn a_verified_event_is_one_line_at_info_with_id_type_and_age() {
    for level in [LevelFilter::INFO, LevelFilter::TRACE] {
        let signature = sign_at(EVENT, now() - Duration::from_secs(77));
        let lines = logged(level, with_header(signature, body([EVENT]))).await;
        let [line] = &lines[..] else {
            panic!("at {level}, not one line: {lines:?}");
        };
        assert!(line.starts_with("INFO tower_loops"), "{line}");
        for part in ["evt_1", "charge.succeeded", "77"] {
            assert!(line.contains(part), "{part:?} is not in {line}");
        }
    }
}

/// At DEBUG what anyone can cause, at WARN what only the holder of the secret can.
#[tokio::test]
async fn a_rejection_is_one_line_with_what_the_crate_knows_and_nothing_of_the_request() {
    let digest = mac(SECRET, "1700000000", PRIVATE);
    #[rustfmt::skip]
    let never = [
        "private", "424242", "17000003", "16999996", "1700000000", "/api", "x-loops", SECRET,
        &digest,
    ];
    for (fields, request) in rejected() {
        let lines = logged(LevelFilter::TRACE, request).await;
        let [line] = &lines[..] else {
            panic!("{fields}, not one line: {lines:?}");
        };
        let is_warning = fields.contains("invalid_payload");
        let level = if is_warning { "WARN" } else { "DEBUG" };
        let start = format!("{level} tower_loops: Loops delivery rejected kind=");
        assert!(line.starts_with(&start), "{fields}: {line}");
        assert!(line.contains(fields), "{fields}: {line}");
        let line = line.to_lowercase();
        let shown = never.iter().find(|text| line.contains(**text));
        assert_eq!(shown, None, "{fields}: {line}");
    }
}

#[tokio::test]
async fn one_warning_a_minute_says_that_nothing_is_verified() {
    let seconds = Arc::new(AtomicU64::new(0));
    let clock = Arc::clone(&seconds);
    let layer = layer().with_clock(move || now() + Duration::from_secs(clock.load(SeqCst)));
    let after = |later: u64| seconds.store(later, SeqCst);
    let reject = async |count: usize| {
        for _ in 0..count {
            // Each request goes to another clone.
            outcome(&layer.clone(), signed("", body([EVENT]))).await;
        }
    };
    let warnings = lines_of(LevelFilter::INFO, async {
        for _ in 0..100 {
            outcome(&layer, post(body([EVENT]))).await;
        }
        reject(9).await;
        outcome(&layer, signed(EVENT, body([EVENT]))).await;
        reject(9).await;
        reject(20).await; // the first warning, at ten
        after(59);
        reject(20).await;
        after(60);
        reject(1).await; // the second one
        after(119);
        outcome(&layer, signed(EVENT, body([EVENT]))).await;
        reject(20).await;
        after(200);
        reject(1).await; // the third one
        after(10);
        reject(1).await; // the clock was set back: the fourth one
    })
    .await;
    let rest = " rejected since the last verified delivery, newest: invalid_signature kind=";
    let lines = warnings.iter().filter_map(|line| line.split_once(rest));
    let count = lines.filter_map(|(start, _)| start.strip_prefix("WARN tower_loops: "));
    let counts: Vec<&str> = count.collect();
    assert_eq!(counts, ["10", "50", "21", "22"], "{warnings:#?}");
    assert_eq!(warnings.len(), 6, "{warnings:#?}");
}

#[tokio::test]
async fn nothing_but_id_and_type_of_a_verified_request_is_logged_at_any_level() {
    let event = r#"{"id":"evt_1","type":"charge.succeeded","data":{"customer":"private424242"}}"#;
    let digest = mac(SECRET, "1700000000", event);
    let mut request = signed(event, body([event]));
    let header = HeaderValue::from_static("header_private");
    request.headers_mut().insert("x-private", header);
    let lines = logged(LevelFilter::TRACE, request).await;
    let text = lines.concat().to_lowercase();
    assert!(text.contains("evt_1"), "the log is there: {text}");
    for never in ["private", "424242", "/api", SECRET, &digest] {
        assert!(!text.contains(never), "{never:?} is in {text}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_one_warning_an_event_with_paths_and_no_values() {
    let unusual = br#"{"id":"evt_1","type":"charge.succeeded","data":{"object":
        {"amount":"private","metadata":{"private":1},"refunds":["private"]}}}"#;
    let even = br#"{"id":"evt_2","type":"charge.succeeded","data":{"object":{"amount":1}}}"#;
    let lines = lines_of(LevelFilter::TRACE, async {
        for body in [&unusual[..], even] {
            let event = verified(body);
            for clone in [event.clone(), event] {
                assert!(clone.data().is_ok() && clone.object().is_ok());
            }
        }
    })
    .await;
    assert_eq!(lines.len(), 1, "{lines:#?}");
    let expected = concat!(
        "WARN tower_loops: the object of a Loops event has fields that cannot be read ",
        r#"id="evt_1" type="charge.succeeded" "#,
        r#"paths=["data.object.amount", "data.object.refunds[0]"]"#,
    );
    assert_eq!(lines[0], expected);
}

/// Logs are read by lines: a signed id must not start a new one.
#[tokio::test]
async fn an_id_with_a_line_break_stays_on_one_line() {
    let event = r#"{"id":"evt_1\nERROR forged","type":"a\u001b[2Kb"}"#;
    let lines = logged(LevelFilter::TRACE, signed(event, body([event]))).await;
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(!lines[0].contains('\u{1b}'), "{lines:?}");
}

#[tokio::test]
async fn a_long_id_is_cut_at_255_bytes() {
    let id = "\u{e9}".repeat(500);
    let event = format!(r#"{{"id":"{id}","type":"charge.succeeded"}}"#);
    let request = signed(event.clone(), body([Bytes::from(event)]));
    let lines = logged(LevelFilter::INFO, request).await;
    assert!(lines[0].contains(&id[..254]), "{lines:?}");
    assert!(!lines[0].contains(&id[..256]), "{lines:?}");
}
