//! What is sent: the body, its signature, and what is done to them to see them refused.

use std::{
    fs,
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::HeaderValue;
use http_body_util::{BodyExt, Full};
use serde_json::Value;
use tower_loops::{EventType, Signer};

use crate::{
    args::{Args, Source},
    client::Body,
    fresh::fresh,
    printable::printable,
};

/// Twice what a receiver tolerates.
const STALE: Duration = Duration::from_secs(600);

/// As many deliveries as are asked for, each signed when its turn comes.
pub(crate) struct Deliveries<'a> {
    args: &'a Args,
    signer: Signer,
    payload: Payload<'a>,
    left: u32,
}

enum Payload<'a> {
    /// Each delivery is an event of its own.
    Fresh(&'a EventType),
    /// Each delivery has the same bytes.
    Same(Bytes),
}

pub(crate) struct Delivery {
    /// What people call it: type and id, where the body has them.
    pub(crate) label: String,
    pub(crate) signature: HeaderValue,
    pub(crate) body: Body,
}

impl<'a> Deliveries<'a> {
    /// The error is for people: it says which file cannot be read, and why.
    pub(crate) fn new(args: &'a Args, signer: Signer) -> Result<Self, String> {
        let payload = match &args.source {
            Source::File(path) => {
                let bytes = fs::read(path)
                    .map_err(|error| format!("cannot read the payload file {path:?}: {error}"))?;
                Payload::Same(bytes.into())
            }
            Source::Sample(event_type) if args.same_id => {
                Payload::Same(fresh(event_type, SystemTime::now()).into())
            }
            Source::Sample(event_type) => Payload::Fresh(event_type),
        };
        Ok(Self {
            args,
            signer,
            payload,
            left: args.count,
        })
    }
}

impl Iterator for Deliveries<'_> {
    type Item = Delivery;

    fn next(&mut self) -> Option<Delivery> {
        self.left = self.left.checked_sub(1)?;
        let now = SystemTime::now();
        let body = match &self.payload {
            Payload::Fresh(event_type) => fresh(event_type, now).into(),
            Payload::Same(bytes) => bytes.clone(),
        };
        let signed_at = if self.args.stale { now - STALE } else { now };
        let signature = self.signer.sign(&body, signed_at);
        let label = label(&body);
        let body = if self.args.tampered {
            tampered(&body)
        } else {
            body
        };
        Some(Delivery {
            label,
            signature,
            body: Full::new(body).boxed(),
        })
    }
}

fn label(body: &[u8]) -> String {
    let json = serde_json::from_slice(body).unwrap_or(Value::Null);
    match (json["type"].as_str(), json["id"].as_str()) {
        (Some(event_type), Some(id)) => printable(&format!("{event_type}  {id}")),
        _ => format!("{} bytes that are no event", body.len()),
    }
}

/// The body with its first digit another one, as somebody on the way could have it; without a digit, longer by a space.
fn tampered(body: &[u8]) -> Bytes {
    let mut body = body.to_vec();
    match body.iter_mut().find(|byte| byte.is_ascii_digit()) {
        Some(digit) => *digit ^= 1,
        None => body.push(b' '),
    }
    body.into()
}
