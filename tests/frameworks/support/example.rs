//! An example as cargo built it, run as a user runs it.
//!
//! `cargo test` builds the examples before it runs a test; `cargo test --test NAME` does not, and
//! needs `cargo build --examples` before it.

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
use tower_loops::{SIGNATURE_HEADER, Signer};

use super::{
    INVALID, MISSING, PATH, post, secret,
    wire::{Version, send, within_reason},
};

const VARIABLE: &str = "LOOPS_WEBHOOK_SECRET";
pub(crate) const SECRET: &str = "whsec_of_the_examples";
pub(crate) const RECEIVED: (u16, &str) = (200, r#"{"received":true}"#);

/// An example that is running, or has tried to. It is killed when this is dropped.
pub(crate) struct Process {
    child: Child,
    stdout: Lines<BufReader<ChildStdout>>,
}

impl Process {
    pub(crate) fn spawn(example: &str, secret: Option<&str>) -> Self {
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
    pub(crate) async fn printed(&mut self) -> Option<String> {
        within_reason(self.stdout.next_line()).await.unwrap()
    }
}

pub(crate) struct Example {
    pub(crate) process: Process,
    pub(crate) address: SocketAddr,
}

impl Example {
    pub(crate) async fn start(name: &str) -> Self {
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

pub(crate) fn delivery(key: &str, body: &str) -> Request<Full<Bytes>> {
    let mut request = post(Full::from(body.to_owned()));
    let signature = Signer::new(secret(key)).sign(body.as_bytes(), SystemTime::now());
    request.headers_mut().insert(SIGNATURE_HEADER, signature);
    request
}

pub(crate) fn event(event_type: &str, object: &str) -> String {
    format!(r#"{{"id":"evt_1","type":"{event_type}","data":{{"object":{object}}}}}"#)
}

/// Over HTTP/1 and HTTP/2, as the layer says.
pub(crate) async fn answers_signed_events_and_rejects_the_rest(name: &str) {
    let body = event("charge.refunded", r#"{"amount_refunded":500}"#);
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

/// It fails with an error that names the variable.
pub(crate) async fn does_not_start_without_a_secret(name: &str) {
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
