//! An example, run as a user runs it.

use std::{net::SocketAddr, time::SystemTime};

use bytes::Bytes;
use http::Request;
use http_body_util::Full;
use testkit::{
    child::{self, VARIABLE, example},
    delivery::{post, sign_with, with_header},
    response::{INVALID, MISSING},
};
use tokio::process::Command;

use super::wire::{Version, send};

pub(crate) const SECRET: &str = "whsec_of_the_examples";
pub(crate) const RECEIVED: (u16, &str) = (200, r#"{"received":true}"#);

/// A running example. Dropping it kills the process.
pub(crate) struct Example {
    pub(crate) process: child::Example,
    pub(crate) address: SocketAddr,
}

impl Example {
    pub(crate) async fn start(name: &str) -> Self {
        let mut process = spawn(name, Some(SECRET));
        let address = process.address().await;
        Self { process, address }
    }

    /// Delivers this body, which is acknowledged. Returns the line that it prints, if any.
    pub(crate) async fn receives(&mut self, body: &str) -> String {
        let answer = send(Version::Http1, self.address, delivery(SECRET, body)).await;
        assert_eq!(answer.seen(), RECEIVED, "{body}");
        self.process.printed().await.unwrap_or_default()
    }
}

fn spawn(name: &str, secret: Option<&str>) -> child::Example {
    let mut command = Command::new(example(name));
    command.env_remove(VARIABLE);
    command.envs(secret.map(|value| (VARIABLE, value)));
    child::Example::spawn(command)
}

/// A delivery signed now.
pub(crate) fn delivery(key: &str, body: &str) -> Request<Full<Bytes>> {
    let signature = sign_with(key, body, SystemTime::now());
    with_header(signature, Full::from(body.to_owned()))
}

pub(crate) fn event(event_type: &str, object: &str) -> String {
    format!(r#"{{"id":"evt_1","type":"{event_type}","data":{{"object":{object}}}}}"#)
}

/// Over HTTP/1.1 and HTTP/2.
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
    for secret in [None, Some(""), Some("x\n")] {
        let mut process = spawn(name, secret);
        assert_eq!(process.printed().await, None, "{name}, {secret:?}");
        let (status, stderr) = process.end().await;
        assert!(!status.success(), "{name}, {secret:?}");
        assert!(stderr.contains(VARIABLE), "{name}, {secret:?}: {stderr}");
    }
}
