//! The examples as cargo built them, run as a user runs them.
//!
//! `cargo test` builds them before it runs this; `cargo test --test frameworks` does not, and needs
//! `cargo build --examples` before it.

use std::{
    env,
    net::SocketAddr,
    process::{Output, Stdio},
    time::SystemTime,
};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};
use tonic::transport::Channel;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tower_loops::{SIGNATURE_HEADER, Signer};

use crate::support::{
    INVALID, MISSING, PATH, post, secret,
    wire::{Version, send, within_reason},
};

const VARIABLE: &str = "LOOPS_WEBHOOK_SECRET";
const SECRET: &str = "whsec_of_the_examples";
const EXAMPLES: [&str; 3] = ["axum", "hyper", "tonic"];
const RECEIVED: (u16, &str) = (200, r#"{"received":true}"#);

/// An example that is running, or has tried to. It is killed when this is dropped.
struct Process {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn spawn(example: &str, secret: Option<&str>) -> Self {
        let test = env::current_exe().unwrap();
        let profile = test.ancestors().nth(2).unwrap();
        let program = profile
            .join("examples")
            .join(example)
            .with_extension(env::consts::EXE_EXTENSION);
        assert!(program.exists(), "run `cargo build --examples` first");
        let mut child = Command::new(program)
            .arg("127.0.0.1:0")
            .env_remove(VARIABLE)
            .envs(secret.map(|value| (VARIABLE, value)))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        Self { child, stdout }
    }

    /// The next line that it prints; `None` when it has ended.
    async fn printed(&mut self) -> Option<String> {
        within_reason(self.stdout.next_line()).await.unwrap()
    }
}

struct Example {
    process: Process,
    address: SocketAddr,
}

impl Example {
    async fn start(name: &str) -> Self {
        let mut process = Process::spawn(name, Some(SECRET));
        let line = process.printed().await.unwrap_or_default();
        let address = line
            .strip_prefix("listening on http://")
            .and_then(|rest| rest.strip_suffix(PATH))
            .unwrap_or_else(|| panic!("{name} printed {line:?}"));
        Self {
            address: address.parse().unwrap(),
            process,
        }
    }
}

fn delivery(key: &str, body: &str) -> Request<Full<Bytes>> {
    let mut request = post(Full::from(body.to_owned()));
    let signature = Signer::new(secret(key)).sign(body.as_bytes(), SystemTime::now());
    request.headers_mut().insert(SIGNATURE_HEADER, signature);
    request
}

fn event(event_type: &str, object: &str) -> String {
    format!(r#"{{"id":"evt_1","type":"{event_type}","data":{{"object":{object}}}}}"#)
}

#[tokio::test]
async fn each_answers_signed_events_and_refuses_the_rest() {
    let body = event("charge.refunded", r#"{"amount_refunded":500}"#);
    for name in EXAMPLES {
        let example = Example::start(name).await;
        for version in [Version::Http1, Version::Http2] {
            for (request, expected) in [
                (delivery(SECRET, &body), RECEIVED),
                (delivery("whsec_other", &body), INVALID),
                (post(Full::from(body.clone())), MISSING),
            ] {
                let answer = send(version, example.address, request).await;
                assert_eq!(answer.seen(), expected, "{name}, {version:?}");
            }
        }
    }
}

#[tokio::test]
async fn none_starts_without_a_secret() {
    for name in EXAMPLES {
        for (case, secret) in [
            ("unset", None),
            ("empty", Some("")),
            ("padded", Some("x\n")),
        ] {
            let mut process = Process::spawn(name, secret);
            assert_eq!(process.printed().await, None, "{name}, {case}");
            let output = within_reason(process.child.wait_with_output()).await;
            let Output { status, stderr, .. } = output.unwrap();
            let stderr = String::from_utf8(stderr).unwrap();
            assert!(!status.success(), "{name}, {case}");
            assert!(stderr.contains(VARIABLE), "{name}, {case}: {stderr}");
        }
    }
}

#[tokio::test]
async fn axum_handles_the_four_events_of_the_guide() {
    let charge = r#"{"amount":1999,"amount_refunded":500,"currency":"usd",
        "billing_details":{"email":"jenny@example.com"},"metadata":{"order_id":"order_7"}}"#;
    let checkout = r#"{"amount_total":4900,"currency":"eur",
        "customer_details":{"email":"jenny@example.com"},"metadata":{"order_id":"order_8"}}"#;
    let mut example = Example::start("axum").await;
    for (event_type, object, printed) in [
        (
            "charge.succeeded",
            charge,
            r#""charge.succeeded": fulfil order "order_7", Some(1999) Some("usd")"#,
        ),
        (
            "charge.refunded",
            charge,
            r#""charge.refunded": Some(500) refunded of order "order_7""#,
        ),
        (
            "checkout.session.completed",
            checkout,
            r#""checkout.session.completed": checkout of order "order_8" is None"#,
        ),
        (
            "customer.subscription.created",
            r#"{"status":"active","customer":"cus_1"}"#,
            r#""customer.subscription.created": subscription Some("active") of Some("cus_1")"#,
        ),
        (
            "invoice.payment_failed",
            "{}",
            r#""invoice.payment_failed": acknowledged"#,
        ),
        ("payout.paid", "null", r#""payout.paid": acknowledged"#),
        ("a\\nb", "null", r#""a\nb": acknowledged"#),
        (
            "charge.succeeded",
            charge,
            r#""charge.succeeded": fulfilled before: order "order_7", Some(1999) Some("usd")"#,
        ),
    ] {
        let request = delivery(SECRET, &event(event_type, object));
        let answer = send(Version::Http1, example.address, request).await;
        assert_eq!(answer.seen(), RECEIVED, "{event_type}");
        assert_eq!(
            example.process.printed().await.as_deref(),
            Some(printed),
            "{event_type}"
        );
    }
}

#[tokio::test]
async fn axum_gives_up_on_what_will_never_parse() {
    let mut example = Example::start("axum").await;
    for object in [r#"{"amount":"many"}"#, "null"] {
        let request = delivery(SECRET, &event("charge.succeeded", object));
        let answer = send(Version::Http1, example.address, request).await;
        assert_eq!(answer.seen(), RECEIVED, "{object}");
        let printed = example.process.printed().await.unwrap_or_default();
        assert!(printed.contains("given up"), "{printed}");
    }
}

#[tokio::test]
async fn hyper_has_one_route() {
    let example = Example::start("hyper").await;
    let body = event("charge.succeeded", "{}");
    for (method, path) in [("POST", "/elsewhere"), ("PUT", PATH)] {
        let mut request = delivery(SECRET, &body);
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = path.parse().unwrap();
        let answer = send(Version::Http1, example.address, request).await;
        assert_eq!(answer.seen(), (404, ""), "{method} {path}");
    }
}

#[tokio::test]
async fn tonic_serves_health_checks_beside_the_webhook() {
    let example = Example::start("tonic").await;
    let channel = Channel::from_shared(format!("http://{}", example.address)).unwrap();
    let mut client = HealthClient::new(channel.connect().await.unwrap());
    let response = client.check(HealthCheckRequest::default()).await.unwrap();
    assert_eq!(response.into_inner().status(), ServingStatus::Serving);
}
