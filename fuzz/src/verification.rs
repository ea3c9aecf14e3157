//! The verification of a delivery, by other means.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::reference;

/// The index of the secret that matched, or the text of the rejection.
pub fn outcome(
    secrets: &[Vec<u8>],
    tolerance: u64,
    now: u64,
    header: &[u8],
    body: &[u8],
) -> Result<usize, &'static str> {
    const MALFORMED: &str = "Malformed signature";
    if header.len() > 4096 {
        return Err(MALFORMED);
    }
    // One character for each byte, whatever it is.
    let header: String = header.iter().copied().map(char::from).collect();
    let elements: Vec<(&str, &str)> = header
        .split(',')
        .filter_map(|element| element.trim_matches([' ', '\t']).split_once('='))
        .collect();
    let values = |wanted: &str| -> Vec<&str> {
        let of_key = elements.iter().filter(|(key, _)| *key == wanted);
        of_key.map(|(_, value)| *value).collect()
    };
    let (times, signatures) = (values("t"), values("v1"));
    let [t] = times[..] else {
        return Err(MALFORMED);
    };
    if t.is_empty() || !t.chars().all(|char| char.is_ascii_digit()) || signatures.is_empty() {
        return Err(MALFORMED);
    }
    let Ok(signed_at) = t.parse::<u64>() else {
        return Err(MALFORMED);
    };

    if signed_at > i64::MAX as u64 {
        return Err("Webhook timestamp too new");
    }
    if signed_at.saturating_add(tolerance) < now {
        return Err("Webhook timestamp too old");
    }
    if now.saturating_add(tolerance) < signed_at {
        return Err("Webhook timestamp too new");
    }

    let matches = |secret: &Vec<u8>| {
        let expected = sign(secret, t, body);
        signatures
            .iter()
            .any(|signature| signature.to_ascii_lowercase() == expected)
    };
    let index = secrets
        .iter()
        .position(matches)
        .ok_or("Invalid signature")?;
    if reference::envelope(body).is_some() {
        Ok(index)
    } else {
        Err("Invalid payload")
    }
}

/// The digest of the scheme in lower-case hex.
pub fn sign(secret: &[u8], t: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key will do");
    mac.update(&[t.as_bytes(), b".", body].concat());
    let digest = mac.finalize().into_bytes();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
