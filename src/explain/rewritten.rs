//! Every style in which the JSON may have been written.

use std::ops::ControlFlow;

use super::{
    Cause, Finding,
    json_layout::{Layout, Slash, Style, Unicode, rewrite},
};

const LAYOUTS: [Layout; 11] = [
    Layout::AsIs,
    Layout::Compact,
    Layout::Spaced {
        commas: true,
        colons: true,
    },
    Layout::Indented("  "),
    Layout::Indented("    "),
    Layout::Indented("\t"),
    Layout::Spaced {
        commas: false,
        colons: true,
    },
    Layout::Spaced {
        commas: true,
        colons: false,
    },
    Layout::Indented(" "),
    Layout::Indented("   "),
    Layout::Indented("        "),
];

const UNICODES: [Unicode; 6] = [
    Unicode::AsIs,
    Unicode::Unescaped,
    Unicode::EscapedLower,
    Unicode::EscapedUpper,
    Unicode::EscapedHtml,
    Unicode::EscapedDotNet,
];

const SLASHES: [Slash; 3] = [Slash::AsIs, Slash::Unescaped, Slash::Escaped];

/// The JSON written again in every style, those first that differ in one respect.
pub(super) fn rewritten<B>(
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
