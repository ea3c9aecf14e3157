//! What may have been signed, given the body that arrived.

use std::ops::ControlFlow;

use super::{
    Cause, Finding, base64_text,
    encodings::{decompressed, from_utf16},
    rewritten::rewritten,
    windows_1252,
};

const BOM: &[u8] = b"\xef\xbb\xbf";

/// Calls `attempt` with each body that may have been signed, the most likely first, until it
/// breaks.
pub(super) fn for_each<B>(
    body: &[u8],
    mut attempt: impl FnMut(&[u8], &[Finding]) -> ControlFlow<B>,
) -> ControlFlow<B> {
    for (cause, detail, original) in simple(body) {
        attempt(&original, &[Finding::new(cause, detail)])?;
    }
    if let Ok(text) = std::str::from_utf8(body) {
        // Nothing but what looks like JSON is written again.
        if text.trim_start().starts_with(['{', '[']) {
            rewritten(text, &mut attempt)?;
        }
    }
    trimmed(body, &mut attempt)
}

/// Combinations of two changes.
pub(super) fn for_each_pair<B>(
    body: &[u8],
    mut attempt: impl FnMut(&[u8], &[Finding]) -> ControlFlow<B>,
) -> ControlFlow<B> {
    for (cause, detail, between) in simple(body) {
        for_each(&between, |original, others| {
            let mut findings = vec![Finding::new(cause, detail)];
            findings.extend(
                others
                    .iter()
                    .filter(|other| other.cause() != cause)
                    .cloned(),
            );
            attempt(original, &findings)
        })?;
    }
    ControlFlow::Continue(())
}

type Simple = (Cause, &'static str, Vec<u8>);

fn simple(body: &[u8]) -> Vec<Simple> {
    let mut bodies = Vec::new();
    let mut add = |cause, detail, original: Option<Vec<u8>>| {
        bodies.extend(original.map(|original| (cause, detail, original)));
    };

    let detail = "a line break was added at the end of the body: pass the bytes on unchanged";
    for end in ["\r\n", "\n", "\r", "\n\n", "\r\n\r\n"] {
        let original = body.strip_suffix(end.as_bytes()).map(<[u8]>::to_vec);
        add(Cause::BodyNewlineAdded, detail, original);
    }
    let detail = "the line break at the end of the body was lost: pass the bytes on unchanged";
    for end in ["\n", "\r\n"] {
        add(
            Cause::BodyNewlineLost,
            detail,
            Some([body, end.as_bytes()].concat()),
        );
    }

    let detail = "the line breaks of the body were changed: pass the bytes on unchanged";
    if let Ok(text) = std::str::from_utf8(body)
        && text.contains(['\r', '\n'])
    {
        let unix = text.replace("\r\n", "\n").replace('\r', "\n");
        let windows = unix.replace('\n', "\r\n");
        let with_end = format!("{windows}\r\n");
        add(Cause::BodyLineEndings, detail, Some(windows.into_bytes()));
        add(Cause::BodyLineEndings, detail, Some(with_end.into_bytes()));
        add(Cause::BodyLineEndings, detail, Some(unix.into_bytes()));
    }

    let detail = "a byte-order mark was added in front of the body: pass the bytes on unchanged";
    add(
        Cause::BodyBom,
        detail,
        body.strip_prefix(BOM).map(<[u8]>::to_vec),
    );
    let detail = "the byte-order mark in front of the body was lost: pass the bytes on unchanged";
    add(Cause::BodyBom, detail, Some([BOM, body].concat()));

    let detail =
        "the body was converted to UTF-16 with a byte-order mark: pass the bytes on unchanged";
    add(Cause::BodyBom, detail, from_utf16(body));

    let detail = "the body is Base64, as gateways pass it: decode it first";
    let text = body.trim_ascii();
    let unquoted = text
        .strip_prefix(b"\"")
        .and_then(|text| text.strip_suffix(b"\""));
    let decoded = base64_text::decode(unquoted.unwrap_or(text));
    let unzipped = decoded.as_deref().and_then(decompressed);
    add(Cause::BodyBase64, detail, decoded);
    let detail = "the body is the Base64 of a compressed body: decode and decompress it first";
    add(Cause::BodyGzip, detail, unzipped);
    let detail = "the body is compressed: decompress it first";
    add(Cause::BodyGzip, detail, decompressed(body));
    let detail = "the body is a JSON string that contains the signed text: decode it first";
    let string = serde_json::from_slice::<String>(body).ok();
    add(
        Cause::BodyJsonString,
        detail,
        string.map(String::into_bytes),
    );

    let detail =
        "the body was taken for Latin-1 and converted to UTF-8: pass the bytes on unchanged";
    let text = std::str::from_utf8(body).ok();
    let original = text.and_then(windows_1252::encode);
    add(Cause::BodyLatin1, detail, original);
    let detail = "the body was converted from UTF-8 to Latin-1: pass the bytes on unchanged";
    let original = text
        .is_none()
        .then(|| windows_1252::decode(body).into_bytes());
    add(Cause::BodyLatin1, detail, original);

    bodies.retain(|(_, _, original)| original != body);
    bodies
}

/// Tries the body with white space around it, which may have been removed.
fn trimmed<B>(
    body: &[u8],
    attempt: &mut impl FnMut(&[u8], &[Finding]) -> ControlFlow<B>,
) -> ControlFlow<B> {
    const SPACES: [&str; 10] = [
        "", "\n", " ", "\r\n", "\n\n", "  ", "   ", "\t", " \n", "\t\n",
    ];
    let finding = [Finding::new(
        Cause::BodyTrimmed,
        "white space around the body was removed: pass the bytes on unchanged",
    )];
    for start in SPACES {
        for end in SPACES {
            let original = [start.as_bytes(), body, end.as_bytes()].concat();
            attempt(&original, &finding)?;
        }
    }
    ControlFlow::Continue(())
}
