//! Loops, as far as a receiver sees it: events, each with its own ids, and their signatures.

use std::{
    hash::{BuildHasher, Hasher, RandomState},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::HeaderValue;
use serde_json::{Value, json};
use tower_loops::{EventType, Secret, Signer, testing};

use crate::delivery::Delivery;

pub(crate) struct Loops {
    secret: Secret,
    signer: Signer,
    run: String,
    count: u32,
}

impl Loops {
    pub(crate) fn new(secret: &Secret) -> Self {
        let random = RandomState::new().build_hasher().finish();
        Self {
            secret: secret.clone(),
            signer: Signer::new(secret),
            run: format!("{random:016x}"),
            count: 0,
        }
    }

    /// A part of the ids, new in each run.
    fn unique(&mut self) -> String {
        self.count += 1;
        format!("{}{:04}", self.run, self.count)
    }

    /// The sample of a type as a new event: receivers may know events, objects, payments or orders
    /// that they have seen.
    pub(crate) fn event(&mut self, event_type: &str) -> Value {
        let mut event = testing::sample(&EventType::from(event_type));
        let unique = self.unique();
        event["id"] = format!("evt_{unique}").into();
        event["created"] = now().into();
        let object = &mut event["data"]["object"];
        for key in ["id", "payment_intent", "receipt_url"] {
            if let Some(id) = object[key].as_str() {
                let prefix = id.rsplit_once('_').map_or("", |(prefix, _)| prefix);
                object[key] = format!("{prefix}_{unique}").into();
            }
        }
        if object["metadata"].is_object() {
            object["metadata"]["order_id"] = unique.into();
        }
        event
    }

    /// A new charge: compact ASCII JSON, with `description` and `metadata.order_id`.
    pub(crate) fn charge(&mut self) -> Value {
        self.event("charge.succeeded")
    }

    /// A new charge with these members in its object.
    pub(crate) fn charge_with(&mut self, members: &Value) -> Value {
        let mut event = self.charge();
        for (key, value) in members.as_object().into_iter().flatten() {
            event["data"]["object"][key] = value.clone();
        }
        event
    }

    /// A new charge with hardly anything that is optional.
    pub(crate) fn bare_charge(&mut self) -> Value {
        let event = self.charge();
        let object = &event["data"]["object"];
        json!({
            "id": event["id"],
            "type": event["type"],
            "data": {"object": {
                "id": object["id"],
                "object": "charge",
                "amount": object["amount"],
                "currency": object["currency"],
                "metadata": object["metadata"],
            }},
        })
    }

    /// The body, as Loops sends it now.
    pub(crate) fn genuine(&self, body: impl Into<Bytes>) -> Delivery {
        self.signed_ago(body, 0)
    }

    /// The body, signed this many seconds ago.
    pub(crate) fn signed_ago(&self, body: impl Into<Bytes>, age: i64) -> Delivery {
        let body = body.into();
        let now = SystemTime::now();
        let by = Duration::from_secs(age.unsigned_abs());
        let at = if age < 0 { now + by } else { now - by };
        let signature = self.signer.sign(&body, at);
        Delivery::new(vec![signature], body)
    }

    /// The body, signed with any text in place of the timestamp.
    pub(crate) fn signed_text(&self, body: impl Into<Bytes>, timestamp: &str) -> Delivery {
        let body = body.into();
        let header = format!("t={timestamp},v1={}", self.digest(&body, timestamp));
        Delivery::new(vec![line(&header)], body)
    }

    /// What the receiver has to compute: the hex digest of the body under this timestamp.
    pub(crate) fn digest(&self, body: &[u8], timestamp: &str) -> String {
        let header = self.signer.sign_text(body, timestamp);
        let text = header.ok();
        let text = text.as_ref().and_then(|header| header.to_str().ok());
        let digest = text.and_then(|text| text.rsplit_once("v1="));
        digest.map_or_else(String::new, |(_, digest)| digest.to_owned())
    }

    /// The body, signed now with another key. With the receiver's own, it would be no forgery: then
    /// its digest is a wrong one.
    pub(crate) fn signed_with(&self, key: &[u8], body: impl Into<Bytes>) -> Delivery {
        let body = body.into();
        let at = SystemTime::now();
        let genuine = self.signer.sign(&body, at);
        let other = Secret::new(key).map(|key| Signer::new(key).sign(&body, at));
        let signature = match other {
            Ok(other) if other != genuine => other,
            _ => line(&format!("t={},v1={}", now(), "0".repeat(64))),
        };
        Delivery::new(vec![signature], body)
    }

    pub(crate) fn shows_secret(&self, text: &[u8]) -> bool {
        self.secret.is_in(text)
    }
}

/// Seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs().cast_signed())
}

/// A header line. Invalid text, which no check sends, becomes an empty value.
pub(crate) fn line(text: &str) -> HeaderValue {
    HeaderValue::from_bytes(text.as_bytes()).unwrap_or(HeaderValue::from_static(""))
}
