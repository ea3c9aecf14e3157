//! Deliveries corrupted in every known way, and what `Explainer` says of each.

use std::time::SystemTime;

use serde::Deserialize;
use testkit::delivery::{NOW, secret, sign_with};
use tower_loops::explain::{Cause, Explainer, Explanation};

const SECRET: &str = "whsec_c2VjcmV0LWtleQ==";

/// What was sent: with a line break inside, text beyond ASCII, and slashes.
const SENT: &str =
    "{\"id\": \"evt_1\",\n \"type\": \"charge.succeeded\", \"u\": \"https://x\", \"n\": \"é\"}";

fn at(seconds: u64) -> SystemTime {
    SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(seconds)
}

fn explain(header: &str, secrets: &[&str], body: &[u8]) -> Explanation {
    let first = Explainer::new(secret(secrets[0]));
    let rest = secrets[1..].iter();
    rest.fold(first, |explainer, text| {
        explainer.with_additional_secret(secret(*text))
    })
    .explain([header.as_bytes()], body, at(NOW))
}

fn sign(secret: &str, body: &str, at: SystemTime) -> String {
    let header = sign_with(secret, body, at);
    header.to_str().expect("ASCII").to_owned()
}

fn causes(explanation: &Explanation) -> Vec<&'static str> {
    let findings = explanation.findings().iter();
    findings.map(|finding| finding.cause().as_str()).collect()
}

/// A corrupted delivery. By default, [`SENT`] is signed at [`NOW`] with the configured [`SECRET`],
/// and arrives unchanged.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Vector {
    causes: Vec<String>,
    configured: Option<Vec<String>>,
    signed_with: Option<String>,
    header: Option<String>,
    sent: Option<String>,
    received: Option<Data>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Data {
    Text(String),
    Hex(String),
}

impl Data {
    fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Hex(hex) => {
                let digits = (0..hex.len()).step_by(2).map(|at| &hex[at..at + 2]);
                digits
                    .map(|two| u8::from_str_radix(two, 16).expect("hex"))
                    .collect()
            }
        }
    }
}

#[test]
fn each_cause_is_named() {
    let vectors: Vec<Vector> =
        serde_json::from_str(include_str!("vectors/causes.json")).expect("vectors");
    for vector in &vectors {
        let sent = vector.sent.as_deref().unwrap_or(SENT);
        let signed_with = vector.signed_with.as_deref().unwrap_or(SECRET);
        let header = sign(signed_with, sent, at(NOW));
        let header = vector.header.as_ref().unwrap_or(&header);
        let received = vector.received.as_ref().map_or(sent.into(), Data::bytes);
        let configured = vector.configured.iter().flatten().map(String::as_str);
        let mut configured: Vec<&str> = configured.collect();
        if configured.is_empty() {
            configured.push(SECRET);
        }
        let explanation = explain(header, &configured, &received);
        assert!(!explanation.is_valid(), "{vector:?}");
        let found = causes(&explanation);
        if vector.header.is_some() {
            assert_eq!(found[0], vector.causes[0], "{vector:?}");
        } else {
            assert_eq!(found, vector.causes, "{vector:?}");
        }
    }
}

#[test]
fn a_genuine_delivery_is_valid_under_any_of_the_secrets() {
    let header = sign(SECRET, SENT, at(NOW));
    let explanation = explain(&header, &[SECRET], SENT.as_bytes());
    assert!(explanation.is_valid());
    assert_eq!(causes(&explanation), [""; 0]);
    let explanation = explain(&header, &["whsec_old", SECRET], SENT.as_bytes());
    assert!(explanation.is_valid());
    assert_eq!(causes(&explanation), ["secret_other"]);
}

#[test]
fn two_causes_at_once_are_named() {
    let header = sign(SECRET, &SENT.replace(['\n', ' '], ""), at(NOW - 3600));
    for (secrets, secret_cause) in [
        (vec!["whsec_old", SECRET], "secret_other"),
        (vec!["whsec_c2VjcmV0LWtleQ==\n"], "secret_whitespace"),
    ] {
        let found = causes(&explain(&header, &secrets, SENT.as_bytes()));
        let expected = ["body_reserialised", secret_cause, "timestamp_too_old"];
        assert_eq!(found, expected);
    }
}

#[test]
fn header_and_time_are_named() {
    let explainer = Explainer::new(secret(SECRET));
    let none = explainer.explain([], b"", at(NOW));
    assert_eq!(causes(&none), ["missing_signature", "body_empty"]);
    let two = explainer.explain([&b"t=1,v1=00"[..]; 2], b"{}", at(NOW));
    assert_eq!(causes(&two), ["ambiguous_signature"]);

    for (signed_at, expected) in [
        (NOW - 3600, &["timestamp_too_old", "clock_skew"][..]),
        (NOW - 30 * 86_400, &["timestamp_too_old"]),
        (NOW + 301, &["timestamp_too_new", "clock_skew"]),
        (NOW + 300, &[]),
    ] {
        let header = sign(SECRET, SENT, at(signed_at));
        let explanation = explain(&header, &[SECRET], SENT.as_bytes());
        assert_eq!(causes(&explanation), expected);
    }
    let header = sign(SECRET, "[]", at(NOW));
    let found = causes(&explain(&header, &[SECRET], b"[]"));
    assert_eq!(found, ["invalid_payload"]);
}

#[test]
fn an_explanation_is_json_and_shows_neither_secret_nor_body() {
    let header = sign("whsec_private", SENT, at(NOW));
    let explainer = Explainer::new(secret("\"whsec_private\""));
    let explanation = explainer.explain([header.as_bytes()], SENT.as_bytes(), at(NOW));
    let json = serde_json::to_value(&explanation).expect("it is JSON");
    assert_eq!(json["verdict"], "invalid");
    assert_eq!(json["causes"][0]["cause"], Cause::SecretQuotes.as_str());
    let shown = format!("{json} {explanation:?} {explainer:?}");
    for hidden in ["private", "evt_1", &header[18..]] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
