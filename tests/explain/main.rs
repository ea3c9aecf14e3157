//! Deliveries corrupted in every known way, and what `Explainer` says of each.

mod bodies;
mod secrets;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use md5::Md5;
use sha2::{Digest, Sha256, Sha512};
use tower_loops::{
    Secret, Signer,
    explain::{Cause, Explainer, Explanation},
};

const SECRET: &str = "whsec_c2VjcmV0LWtleQ==";
const NOW: u64 = 1_700_000_000;

/// What was sent: with a line break inside, text beyond ASCII, and slashes.
const SENT: &str =
    "{\"id\": \"evt_1\",\n \"type\": \"charge.succeeded\", \"u\": \"https://x\", \"n\": \"é\"}";

/// The same, without white space.
const COMPACT: &str = r#"{"id":"evt_1","type":"charge.succeeded","u":"https://x","n":"é <3"}"#;

fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

fn explain(header: &str, secrets: &[&str], body: &[u8]) -> Explanation {
    let secret = |text: &str| Secret::new(text).expect("it is not empty");
    let first = Explainer::new(secret(secrets[0]));
    (secrets[1..].iter())
        .fold(first, |explainer, text| {
            explainer.with_additional_secret(secret(text))
        })
        .explain([header.as_bytes()], body, at(NOW))
}

fn sign(secret: &[u8], body: &[u8], at: SystemTime) -> String {
    let signer = Signer::new(Secret::new(secret).expect("it is not empty"));
    signer
        .sign(body, at)
        .to_str()
        .expect("it is ASCII")
        .to_owned()
}

fn causes(explanation: &Explanation) -> Vec<&'static str> {
    let findings = explanation.findings().iter();
    findings.map(|finding| finding.cause().as_str()).collect()
}

#[test]
fn a_genuine_delivery_is_valid() {
    let explanation = explain(
        &sign(SECRET.as_bytes(), SENT.as_bytes(), at(NOW)),
        &[SECRET],
        SENT.as_bytes(),
    );
    assert!(explanation.is_valid());
    assert_eq!(causes(&explanation), [""; 0]);
}

#[test]
fn two_causes_at_once_are_named() {
    let header = sign(SECRET.as_bytes(), COMPACT.as_bytes(), at(NOW - 3600));
    let received = COMPACT.replace(',', ", ").replace("\":", "\": ");
    let explanation = explain(&header, &["whsec_old", SECRET], received.as_bytes());
    assert_eq!(
        causes(&explanation),
        ["body_reserialised", "secret_other", "timestamp_too_old"]
    );
    let explanation = explain(&header, &[&format!("{SECRET}\n")], received.as_bytes());
    assert_eq!(
        causes(&explanation),
        [
            "body_reserialised",
            "secret_whitespace",
            "timestamp_too_old"
        ]
    );
}

#[test]
fn another_form_of_signature_is_named() {
    let key = SECRET.as_bytes();
    let mac = |message: String| {
        let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
        mac.update(message.as_bytes());
        mac.finalize().into_bytes()
    };
    let hex = |bytes: &[u8]| {
        bytes
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>()
    };
    let whole = mac(format!("{NOW}.{COMPACT}"));
    let mut sha512 = Hmac::<Sha512>::new_from_slice(key).expect("any length will do");
    sha512.update(format!("{NOW}.{COMPACT}").as_bytes());
    let mut md5 = Hmac::<Md5>::new_from_slice(key).expect("any length will do");
    md5.update(format!("{NOW}.{COMPACT}").as_bytes());
    let plain = |text: String| hex(&Sha256::digest(text));
    let millis = NOW * 1000 + 7;
    let rows = [
        (
            format!("t={NOW},v1={}", hex(&mac(COMPACT.to_owned()))),
            "signature_of_body_only",
        ),
        (
            format!("t={NOW},v1={}", BASE64_STANDARD.encode(whole)),
            "signature_base64",
        ),
        (
            format!("t={NOW},v1={}", hex(&sha512.finalize().into_bytes())),
            "signature_other_hash",
        ),
        (
            format!("t={NOW},v1={}", hex(&md5.finalize().into_bytes())),
            "signature_other_hash",
        ),
        (
            format!("t={NOW},v1={}", plain(format!("{NOW}.{COMPACT}"))),
            "signature_other_hash",
        ),
        (
            format!("t={NOW},v1={}", plain(format!("{SECRET}{NOW}.{COMPACT}"))),
            "signature_other_hash",
        ),
        (
            format!("t={NOW},v1={}", plain(format!("{NOW}.{COMPACT}{SECRET}"))),
            "signature_other_hash",
        ),
        (
            format!("t={millis},v1={}", hex(&mac(format!("{millis}.{COMPACT}")))),
            "timestamp_in_milliseconds",
        ),
        (
            format!("t={millis},v1={}", hex(&whole)),
            "timestamp_in_milliseconds",
        ),
        ("t=1,t=2,v1=00".to_owned(), "malformed_signature"),
        (format!("t={NOW},v1={}", "0".repeat(64)), "unknown"),
    ];
    for (header, expected) in &rows[..] {
        assert_eq!(
            causes(&explain(header, &[SECRET], COMPACT.as_bytes()))[0],
            *expected,
            "{header}"
        );
    }
}

#[test]
fn header_and_time_are_named() {
    let explainer = Explainer::new(Secret::new(SECRET).expect("it is not empty"));
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
        let header = sign(SECRET.as_bytes(), SENT.as_bytes(), at(signed_at));
        assert_eq!(
            causes(&explain(&header, &[SECRET], SENT.as_bytes())),
            expected
        );
    }
    let header = sign(SECRET.as_bytes(), b"[]", at(NOW));
    assert_eq!(
        causes(&explain(&header, &[SECRET], b"[]")),
        ["invalid_payload"]
    );
}

#[test]
fn an_explanation_is_json_and_shows_neither_secret_nor_body() {
    let header = sign(b"whsec_private", COMPACT.as_bytes(), at(NOW));
    let secret = Secret::new("\"whsec_private\"").expect("it is not empty");
    let explainer = Explainer::new(secret);
    let explanation = explainer.explain([header.as_bytes()], COMPACT.as_bytes(), at(NOW));
    let json = serde_json::to_value(&explanation).expect("it is JSON");
    assert_eq!(json["verdict"], "invalid");
    assert_eq!(json["causes"][0]["cause"], Cause::SecretQuotes.as_str());
    let shown = format!("{json} {explanation:?} {explainer:?}");
    for hidden in ["private", "evt_1", &header[18..]] {
        assert!(!shown.contains(hidden), "{shown}");
    }
}
