//! One delivery: what is sent, and what must come of it.

use std::time::SystemTime;

use bytes::Bytes;
use http::{HeaderValue, StatusCode};
use http_body_util::{BodyExt, Full};
use tower_loops::{EventType, Secret, SecretError, Signer, testing};

use crate::{client::Body, seen::Seen};

pub(crate) struct Delivery {
    /// What is sent, in words.
    pub(crate) sent: &'static str,
    pub(crate) signatures: Vec<HeaderValue>,
    pub(crate) body: Body,
    pub(crate) expected: Outcome,
}

/// What comes of a delivery.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Outcome {
    pub(crate) status: StatusCode,
    /// The body of the answer, to the byte.
    pub(crate) answer: String,
    /// What the handler saw, each time that it was called.
    pub(crate) seen: Vec<Seen>,
}

impl Outcome {
    pub(crate) fn accepted(summary: &str, secret_index: usize) -> Self {
        Self {
            status: StatusCode::OK,
            answer: r#"{"received":true}"#.to_owned(),
            seen: vec![Seen {
                summary: summary.to_owned(),
                secret_index,
            }],
        }
    }

    pub(crate) fn refused(status: StatusCode, error: &str) -> Self {
        Self {
            status,
            answer: format!(r#"{{"error":"{error}"}}"#),
            seen: Vec::new(),
        }
    }
}

/// Whoever sends: Loops, with the new or the old secret, or somebody who has neither.
pub(crate) struct Senders {
    pub(crate) new: Signer,
    pub(crate) old: Signer,
    pub(crate) stranger: Signer,
    pub(crate) now: SystemTime,
}

pub(crate) const NEW_SECRET: &str = "whsec_quickstart_new";
pub(crate) const OLD_SECRET: &str = "whsec_quickstart_old";

impl Senders {
    pub(crate) fn new() -> Result<Self, SecretError> {
        let signer = |secret: &str| Secret::new(secret).map(Signer::new);
        Ok(Self {
            new: signer(NEW_SECRET)?,
            old: signer(OLD_SECRET)?,
            stranger: signer("whsec_of_somebody_else")?,
            now: SystemTime::now(),
        })
    }
}

pub(crate) fn full(body: impl Into<Bytes>) -> Body {
    Full::new(body.into()).boxed()
}

pub(crate) fn payload(event_type: &str) -> String {
    testing::sample(&EventType::from(event_type)).to_string()
}
