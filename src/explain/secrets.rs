//! Other readings of a secret.

use base64::{Engine, prelude::BASE64_STANDARD};
use zeroize::Zeroizing;

use super::{Cause, Finding, base64_text};
use crate::hex;

/// A key that the sender may have used, given the secret that is configured.
pub(super) struct Reading {
    pub(super) key: Zeroizing<Vec<u8>>,
    pub(super) finding: Finding,
}

/// All other readings of a secret, the most likely first.
pub(super) fn readings(secret: &[u8]) -> Vec<Reading> {
    let mut readings = Vec::new();
    let mut add = |cause, detail, key: Vec<u8>| {
        let key = Zeroizing::new(key);
        if *key != secret && !key.is_empty() {
            let finding = Finding::new(cause, detail);
            readings.push(Reading { key, finding });
        }
    };

    let trimmed = trim(secret);
    let detail = "the secret has white space or an invisible character around it: remove it";
    add(Cause::SecretWhitespace, detail, trimmed.to_vec());
    let unquoted = unquoted(trimmed);
    let detail = "the secret is in quotes: remove them";
    for inside in unquoted
        .into_iter()
        .flat_map(|inside| [inside, trim(inside)])
    {
        add(Cause::SecretQuotes, detail, inside.to_vec());
    }
    let detail = "the secret has a quote on one side: remove it";
    add(Cause::SecretQuotes, detail, half_quoted(trimmed).to_vec());
    let detail =
        "the secret ends with a backslash and letters in place of a line break: remove them";
    for end in [&b"\\r\\n"[..], b"\\n", b"\\r"] {
        let inside = trimmed.strip_suffix(end).unwrap_or_default();
        add(Cause::SecretWhitespace, detail, inside.to_vec());
    }
    let bare = unquoted.map_or(trimmed, trim);

    let detail = "the sender's secret ends with a line break or a space, which is part of the key";
    for end in ["\n", "\r\n", " "] {
        add(
            Cause::SecretWhitespace,
            detail,
            [bare, end.as_bytes()].concat(),
        );
    }
    let detail = "the sender's secret has quotes, which are part of the key";
    for quote in ["\"", "'"] {
        let quote = quote.as_bytes();
        add(Cause::SecretQuotes, detail, [quote, bare, quote].concat());
    }

    let detail =
        "the secret has the name of its variable, or another word, in front of it: remove it";
    for separator in [b'=', b':', b' '] {
        let at = trimmed.iter().position(|byte| *byte == separator);
        let value = at.map_or(&[][..], |at| trim(&trimmed[at + 1..]));
        for value in [value, self::unquoted(value).unwrap_or_default()] {
            add(Cause::SecretPrefix, detail, value.to_vec());
        }
    }
    let prefix = bare.iter().position(|byte| *byte == b'_');
    let rest = prefix.map_or(&[][..], |at| &bare[at + 1..]);
    let detail = "the sender's secret has no prefix: remove it up to the underscore";
    add(Cause::SecretPrefix, detail, rest.to_vec());
    let detail = "the sender's secret begins with `whsec_`, which is part of the key";
    add(Cause::SecretPrefix, detail, [b"whsec_", bare].concat());

    let detail =
        "the key is this secret, decoded from Base64: compare it with the one in the dashboard";
    for text in [bare, rest] {
        let decoded = base64_text::decode(text).unwrap_or_default();
        let without_break = trim(&decoded).to_vec();
        add(Cause::SecretBase64, detail, decoded);
        add(Cause::SecretBase64, detail, without_break);
    }
    let detail = "the secret was decoded from Base64 here: it must be used as it is";
    add(
        Cause::SecretBase64,
        detail,
        BASE64_STANDARD.encode(bare).into_bytes(),
    );
    let detail = "the sender decodes the secret from hex: it must be used as it is";
    for text in [bare, rest] {
        add(
            Cause::SecretHex,
            detail,
            hex::decode(text).unwrap_or_default(),
        );
    }
    let detail = "the secret was decoded from hex here: it must be used as it is";
    let digits = hex::hex(bare);
    add(Cause::SecretHex, detail, digits.to_uppercase().into_bytes());
    add(Cause::SecretHex, detail, digits.into_bytes());
    readings
}

/// Without white space, byte-order marks, zero-width spaces and control characters around it.
fn trim(secret: &[u8]) -> &[u8] {
    let Ok(text) = std::str::from_utf8(secret) else {
        return secret.trim_ascii();
    };
    text.trim_matches(|c: char| {
        c.is_whitespace()
            || c.is_control()
            || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}')
    })
    .as_bytes()
}

/// The secret without a quote at one end.
fn half_quoted(secret: &[u8]) -> &[u8] {
    match secret {
        [b'"' | b'\'' | b'`', inside @ ..] | [inside @ .., b'"' | b'\'' | b'`'] => inside,
        whole => whole,
    }
}

fn unquoted(secret: &[u8]) -> Option<&[u8]> {
    let text = std::str::from_utf8(secret).ok()?;
    [("\"", "\""), ("'", "'"), ("`", "`"), ("“", "”"), ("‘", "’")]
        .into_iter()
        .find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close))
        .map(str::as_bytes)
}
