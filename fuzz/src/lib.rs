//! A reference for the fuzz targets: the rules written down once more, slowly and by other means than the crate's.

#[path = "../../tests/core/known.rs"]
pub mod known;

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;
use sha2::Sha256;

/// The index of the secret that matched, or the text of the refusal.
pub fn verdict(
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
    if is_event(body) {
        Ok(index)
    } else {
        Err("Invalid payload")
    }
}

/// The lower-case hex that the scheme asks for.
pub fn sign(secret: &[u8], t: &str, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("any key will do");
    mac.update(&[t.as_bytes(), b".", body].concat());
    let digest = mac.finalize().into_bytes();
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Whether it is one JSON object with one string `id` and one string `type`, by serde_json.
pub fn is_event(body: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(body) else {
        return false;
    };
    let Ok(Members(members)) = serde_json::from_str(text) else {
        return false;
    };
    ["id", "type"].iter().all(|wanted| {
        let mut of_key = members.iter().filter(|(key, _)| key == wanted);
        let (first, second) = (of_key.next(), of_key.next());
        let is_string = |value: &RawValue| serde_json::from_str::<String>(value.get()).is_ok();
        second.is_none() && first.is_some_and(|(_, value)| is_string(value))
    })
}

/// Half of a surrogate pair is JSON and no text: serde_json refuses keys with one, the crate only passes over them.
pub fn may_have_half_pairs(body: &[u8]) -> bool {
    let lower = body.to_ascii_lowercase();
    lower.windows(3).any(|bytes| bytes == b"\\ud")
}

struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct All;

        impl<'de> Visitor<'de> for All {
            type Value = Members;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(All)
    }
}
