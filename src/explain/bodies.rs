//! What may have been signed, given the body that arrived.

use std::{io::Read, ops::ControlFlow};

use flate2::read::GzDecoder;

use super::{
    Cause, Finding, base64_text,
    json_layout::{Layout, Slash, Style, Unicode, rewrite},
    windows_1252,
};

/// A compressed body is decompressed up to this many bytes.
const MAX_DECOMPRESSED: u64 = 1024 * 1024;

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
    let detail = "the body is compressed with gzip: decompress it first";
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

fn decompressed(body: &[u8]) -> Option<Vec<u8>> {
    let mut original = Vec::new();
    let mut decoder = GzDecoder::new(body).take(MAX_DECOMPRESSED);
    decoder.read_to_end(&mut original).ok()?;
    Some(original)
}

const LAYOUTS: [Layout; 6] = [
    Layout::AsIs,
    Layout::Compact,
    Layout::Spaced,
    Layout::Indented("  "),
    Layout::Indented("    "),
    Layout::Indented("\t"),
];

const UNICODES: [Unicode; 5] = [
    Unicode::AsIs,
    Unicode::Unescaped,
    Unicode::EscapedLower,
    Unicode::EscapedUpper,
    Unicode::EscapedHtml,
];

const SLASHES: [Slash; 3] = [Slash::AsIs, Slash::Unescaped, Slash::Escaped];

/// The JSON written again in every style, those first that differ in one respect.
fn rewritten<B>(
    text: &str,
    attempt: &mut impl FnMut(&[u8], &[Finding]) -> ControlFlow<B>,
) -> ControlFlow<B> {
    let mut styles = Vec::new();
    for layout in LAYOUTS {
        for unicode in UNICODES {
            for slash in SLASHES {
                styles.push(Style {
                    layout,
                    unicode,
                    slash,
                });
            }
        }
    }
    styles.sort_by_key(|style| changes(*style).len());
    for style in styles {
        let mut original = rewrite(text, style);
        if original == text.as_bytes() {
            continue;
        }
        let findings = findings(text, &original, style);
        attempt(&original, &findings)?;
        if let Layout::Indented(_) = style.layout {
            original.push(b'\n');
            attempt(&original, &findings)?;
        }
    }
    ControlFlow::Continue(())
}

fn changes(style: Style) -> Vec<Cause> {
    let changes = [
        (style.layout != Layout::AsIs, Cause::BodyReserialised),
        (style.unicode != Unicode::AsIs, Cause::BodyUnicodeEscapes),
        (style.slash != Slash::AsIs, Cause::BodySlashEscapes),
    ];
    let changes = changes.into_iter().filter(|(is_changed, _)| *is_changed);
    changes.map(|(_, cause)| cause).collect()
}

fn findings(text: &str, original: &[u8], style: Style) -> Vec<Finding> {
    let is_break = |byte: &&u8| matches!(**byte, b'\r' | b'\n');
    let lost_breaks = || (original.iter().filter(|byte| !is_break(byte))).eq(text.as_bytes());
    let finding = |cause| match cause {
        Cause::BodyReserialised if lost_breaks() => Finding::new(
            Cause::BodyLineEndings,
            "the line breaks of the body were removed: pass the bytes on unchanged",
        ),
        Cause::BodyUnicodeEscapes => Finding::new(
            cause,
            "the JSON was parsed and written again with other `\\u` escapes: verify the raw body",
        ),
        Cause::BodySlashEscapes => Finding::new(
            cause,
            "the JSON was parsed and written again with other escapes of slashes: verify the raw body",
        ),
        _ => Finding::new(
            cause,
            "the JSON was parsed and written again with other white space: verify the raw body",
        ),
    };
    changes(style).into_iter().map(finding).collect()
}

/// With white space around it that may have been removed.
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
