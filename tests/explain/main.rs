//! Deliveries corrupted in every known way, and what `Explainer` says of each.

#[path = "../core/data.rs"]
mod data;

use std::time::SystemTime;

use serde::Deserialize;
use testkit::delivery::{NOW, at, now, secret, sign_with};
use tower_loops::explain::{Cause, Explainer, Explanation};

use data::Data;

const SECRET: &str = "whsec_c2VjcmV0LWtleQ==";

/// What was sent: with a line break inside, text beyond ASCII, and slashes.
const SENT: &str =
    "{\"id\": \"evt_1\",\n \"type\": \"charge.succeeded\", \"u\": \"https://x\", \"n\": \"é\"}";

fn sign(secret: &str, body: &str, at: SystemTime) -> String {
    let header = sign_with(secret, body, at);
    header.to_str().expect("ASCII").to_owned()
}

fn causes(explanation: &Explanation) -> Vec<&'static str> {
    let findings = explanation.findings().iter();
    findings.map(|finding| finding.cause().as_str()).collect()
}

/// A delivery, most often a corrupted one. By default, [`SENT`] is signed at [`NOW`] with the
/// configured [`SECRET`], and arrives unchanged at that time.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    #[serde(default)]
    is_valid: bool,
    causes: Vec<String>,
    configured: Option<Vec<String>>,
    signed_with: Option<String>,
    header: Option<String>,
    sent: Option<String>,
    received: Option<Data>,
    /// In seconds.
    #[serde(default)]
    age: i64,
}

#[test]
fn each_cause_is_named() {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("vectors/causes.json")).expect("vectors");
    for vector in &vectors {
        let sent = vector.sent.as_deref().unwrap_or(SENT);
        let signed_with = vector.signed_with.as_deref().unwrap_or(SECRET);
        let signed_at = at(NOW.saturating_add_signed(-vector.age));
        let header = sign(signed_with, sent, signed_at);
        let header = vector.header.as_ref().unwrap_or(&header);
        let received = vector.received.as_ref().map_or(sent.into(), Data::bytes);
        let default = [SECRET.to_owned()];
        let configured = vector.configured.as_deref().unwrap_or(&default);
        let mut explainer = Explainer::new(secret(&*configured[0]));
        for additional in &configured[1..] {
            explainer = explainer.with_additional_secret(secret(&**additional));
        }
        let explanation = explainer.explain([header.as_bytes()], &received, now());
        assert_eq!(explanation.is_valid(), vector.is_valid, "{vector:?}");
        let mut found = causes(&explanation);
        // A vector with a header names the first cause.
        if vector.header.is_some() {
            found.truncate(1);
        }
        assert_eq!(found, vector.causes, "{vector:?}");
    }
}

#[test]
fn a_missing_and_a_second_header_are_named() {
    let explainer = Explainer::new(secret(SECRET));
    let none = explainer.explain([], b"", now());
    assert_eq!(causes(&none), ["missing_signature", "body_empty"]);
    let two = explainer.explain([&b"t=1,v1=00"[..]; 2], b"{}", now());
    assert_eq!(causes(&two), ["ambiguous_signature"]);
}

#[test]
fn an_explanation_is_json_and_shows_neither_secret_nor_body() {
    let header = sign("whsec_private", SENT, now());
    let explainer = Explainer::new(secret("\"whsec_private\""));
    let explanation = explainer.explain([header.as_bytes()], SENT.as_bytes(), now());
    let json = serde_json::to_value(&explanation).expect("it is JSON");
    assert_eq!(json["verdict"], "invalid");
    assert_eq!(json["causes"][0]["cause"], Cause::SecretQuotes.as_str());
    let shown = format!("{json} {explanation:?} {explainer:?}");
    for hidden in ["private", "evt_1", &header[18..]] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
