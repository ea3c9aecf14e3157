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
use serde_json::json;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};
use tonic::transport::Channel;
use tonic_health::pb::{
    HealthCheckRequest, health_check_response::ServingStatus, health_client::HealthClient,
};
use tower_loops::{SIGNATURE_HEADER, Signer, testing};

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
async fn axum_does_what_the_guide_asks_for_each_event() {
    let mut example = Example::start("axum").await;
    for (event_type, members, printed) in [
        (
            "charge.succeeded",
            json!({}),
            r#"fulfil: order Some("1001"), 49.00 USD"#,
        ),
        (
            "charge.succeeded",
            json!({"id": "ch_2"}),
            r#"fulfilled before: order Some("1001"), 49.00 USD"#,
        ),
        (
            "checkout.session.completed",
            json!({"payment_intent": "pi_other", "metadata": {"order_id": "1001"}}),
            r#"fulfilled before: order Some("1001"), 118.80 GBP"#,
        ),
        (
            "checkout.session.completed",
            json!({"payment_status": "unpaid"}),
            "118.80 GBP not paid yet",
        ),
        (
            "checkout.session.completed",
            json!({}),
            r#"fulfil: order Some("1003"), 118.80 GBP"#,
        ),
        (
            "charge.refunded",
            json!({}),
            r#"reverse 25.50 EUR of order Some("1002")"#,
        ),
        (
            "charge.refunded",
            json!({"amount_refunded": 6200}),
            r#"reverse 36.50 EUR of order Some("1002")"#,
        ),
        (
            "charge.refunded",
            json!({}),
            r#"reverse 0.00 EUR of order Some("1002")"#,
        ),
        (
            "customer.subscription.created",
            json!({}),
            r#"grant {"price_1SPq8D2mNvB7tR0c"}"#,
        ),
        (
            "invoice.payment_succeeded",
            json!({}),
            "paid until 1769252699",
        ),
        (
            "invoice.payment_succeeded",
            json!({"lines": []}),
            "paid, extends no subscription",
        ),
        (
            "invoice.payment_failed",
            json!({"hosted_invoice_url": "https://pay\n"}),
            r#"ask Some("haru@example.com") for a new payment method: 3200 JPY, Some("https://pay\n")"#,
        ),
        (
            "customer.subscription.deleted",
            json!({"id": "sub_1SX7cT2mNvB7"}),
            r#"revoke {"price_1SPq8D2mNvB7tR0c"}"#,
        ),
        (
            "customer.subscription.created",
            json!({}),
            r#"do not grant {"price_1SPq8D2mNvB7tR0c"}: Some("active")"#,
        ),
        ("payout.paid", json!({}), "acknowledged"),
        ("a\nb", json!({}), "acknowledged"),
    ] {
        let event = testing::event(&event_type.into(), members);
        let body = String::from_utf8(event.payload().to_vec()).unwrap();
        let answer = send(Version::Http1, example.address, delivery(SECRET, &body)).await;
        assert_eq!(answer.seen(), RECEIVED, "{event_type}");
        let line = example.process.printed().await.unwrap_or_default();
        assert_eq!(line, format!("{event_type:?}: {printed}"));
    }
}

#[tokio::test]
async fn axum_acknowledges_what_it_cannot_handle() {
    let mut example = Example::start("axum").await;
    for (object, printed) in [
        ("null", "given up"),
        ("7", "given up"),
        (r#"{"amount":"many"}"#, "given up"),
    ] {
        let body = event("charge.succeeded", object);
        let answer = send(Version::Http1, example.address, delivery(SECRET, &body)).await;
        assert_eq!(answer.seen(), RECEIVED, "{object}");
        let line = example.process.printed().await.unwrap_or_default();
        assert!(line.contains(printed), "{line}");
    }
    let body = r#"{"id":"e","type":"charge.succeeded","livemode":false,"data":{"object":{"payment_intent":"pi"}}}"#;
    let answer = send(Version::Http1, example.address, delivery(SECRET, body)).await;
    assert_eq!(answer.seen(), RECEIVED);
    let line = example.process.printed().await;
    assert_eq!(
        line.as_deref(),
        Some(r#""charge.succeeded": test mode, no money moved"#)
    );
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
