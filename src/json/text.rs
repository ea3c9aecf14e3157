//! The text that a JSON string stands for.

use std::borrow::Cow;

use memchr::memchr;

/// The text of a JSON string; `None` for other values and for strings with a lone surrogate.
pub(crate) fn unquote(value: &str) -> Option<Cow<'_, str>> {
    let spelled = between_quotes(value)?;
    if has_escape(spelled) {
        return serde_json::from_str(value).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(spelled))
}

/// A JSON string as it is spelled; `None` for other values.
pub(crate) fn between_quotes(value: &str) -> Option<&str> {
    value.strip_prefix('"')?.strip_suffix('"')
}

/// Most strings are short: a loop without an exit is faster than a search.
pub(crate) fn has_escape(spelled: &str) -> bool {
    spelled
        .bytes()
        .fold(false, |found, byte| found | (byte == b'\\'))
}

const REPLACEMENT: &str = r"\uFFFD";

/// Replaces escaped lone surrogates, which JSON allows and Unicode has no text for, by U+FFFD.
/// Copies the text only if it has one.
pub(crate) fn replace_lone_surrogates(text: &str) -> Cow<'_, str> {
    let mut replaced = String::new();
    let mut copied = 0;
    let mut at = 0;
    while let Some(distance) = memchr(b'\\', text.as_bytes().get(at..).unwrap_or_default()) {
        let escape = at + distance;
        at = match (code_unit(text, escape), code_unit(text, escape + 6)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => escape + 2 * REPLACEMENT.len(),
            (Some(0xd800..=0xdfff), _) => {
                replaced.push_str(text.get(copied..escape).unwrap_or_default());
                replaced.push_str(REPLACEMENT);
                copied = escape + REPLACEMENT.len();
                copied
            }
            _ => escape + 2,
        };
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    replaced.push_str(text.get(copied..).unwrap_or_default());
    Cow::Owned(replaced)
}

/// The UTF-16 code unit of an escape `\uXXXX` at this position.
fn code_unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix(r"\u")?;
    u16::from_str_radix(digits, 16).ok()
}

/// Whether this is PHP's spelling of an empty map.
pub(crate) fn is_empty_array(json: &str) -> bool {
    let inner = json.strip_prefix('[');
    let inner = inner.and_then(|inner| inner.strip_suffix(']'));
    inner.is_some_and(|inner| inner.trim_ascii().is_empty())
}
