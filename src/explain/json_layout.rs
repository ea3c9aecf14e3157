//! JSON written again: the same keys in the same order, the same numbers, other white space and
//! other escapes.

/// How a serialiser writes what can be written in several ways.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) layout: Layout,
    pub(super) unicode: Unicode,
    pub(super) slash: Slash,
}

/// The white space between tokens.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    AsIs,
    /// None, as `JSON.stringify` writes.
    Compact,
    /// A space after each of these: after both, as Python's `json.dumps` writes.
    Spaced {
        commas: bool,
        colons: bool,
    },
    /// A line for each member, indented by this text.
    Indented(&'static str),
}

/// The characters that may be escaped as `\u….`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unicode {
    AsIs,
    Unescaped,
    /// Beyond ASCII, with lower-case digits, as Python and PHP write.
    EscapedLower,
    /// Beyond ASCII, with upper-case digits, as Java and C# write.
    EscapedUpper,
    /// `<`, `>` and `&`, as Go writes.
    EscapedHtml,
    /// All of these and some quotes, as .NET writes.
    EscapedDotNet,
}

/// Slashes in strings.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Slash {
    AsIs,
    Unescaped,
    /// As PHP writes.
    Escaped,
}

/// Writes the tokens of the text in a style. A text that is not JSON comes out as some other text.
pub(super) fn rewrite(text: &str, style: Style) -> Vec<u8> {
    if style.layout == Layout::AsIs {
        return rewrite_strings(text, style);
    }
    let mut out = String::with_capacity(text.len() + text.len() / 4);
    let mut depth = 0_usize;
    let mut tokens = Tokens(text).peekable();
    while let Some(token) = tokens.next() {
        match token {
            "{" | "[" => {
                out.push_str(token);
                if !matches!(tokens.peek(), Some(&("}" | "]"))) {
                    depth += 1;
                    style.layout.new_line(&mut out, depth);
                } else if let Some(close) = tokens.next() {
                    out.push_str(close);
                }
            }
            "}" | "]" => {
                depth = depth.saturating_sub(1);
                style.layout.new_line(&mut out, depth);
                out.push_str(token);
            }
            "," => {
                out.push(',');
                match style.layout {
                    Layout::Spaced { commas: true, .. } => out.push(' '),
                    layout => layout.new_line(&mut out, depth),
                }
            }
            ":" => match style.layout {
                Layout::Compact | Layout::Spaced { colons: false, .. } => out.push(':'),
                _ => out.push_str(": "),
            },
            _ if token.starts_with('"') => write_string(token, style, &mut out),
            _ => out.push_str(token),
        }
        if out.len() > 8 * text.len() + 1024 {
            // The indentation of deep nesting grows with its square.
            break;
        }
    }
    out.into_bytes()
}

fn rewrite_strings(text: &str, style: Style) -> Vec<u8> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let (before, string) = rest.split_at(start);
        let (string, after) = string.split_at(string_end(string));
        out.push_str(before);
        write_string(string, style, &mut out);
        rest = after;
    }
    out.push_str(rest);
    out.into_bytes()
}

impl Layout {
    fn new_line(self, out: &mut String, depth: usize) {
        if let Self::Indented(indent) = self {
            out.push('\n');
            out.extend(std::iter::repeat_n(indent, depth));
        }
    }
}

fn write_string(token: &str, style: Style, out: &mut String) {
    let mut chars = token.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => write_escape(&mut chars, style, out),
            '/' if style.slash == Slash::Escaped => out.push_str("\\/"),
            c => write_char(c, style.unicode, out),
        }
    }
}

/// Writes the escape behind a backslash.
fn write_escape(chars: &mut std::str::Chars<'_>, style: Style, out: &mut String) {
    match chars.next() {
        Some('/') if style.slash == Slash::Unescaped => out.push('/'),
        Some('u') if style.unicode != Unicode::AsIs => match decode_escape(chars) {
            Some(c) => write_char(c, style.unicode, out),
            None => out.push_str("\\u"),
        },
        Some(c) => out.extend(['\\', c]),
        None => out.push('\\'),
    }
}

/// The character of the digits behind `\u`, with the second half of a pair. `None`, and nothing
/// taken, where it has to stay escaped.
fn decode_escape(chars: &mut std::str::Chars<'_>) -> Option<char> {
    let unit = |text: &str| u16::from_str_radix(text.get(..4)?, 16).ok();
    let text = chars.as_str();
    let first = unit(text)?;
    let (c, length) = match char::from_u32(first.into()) {
        Some(c) => (c, 4),
        None => {
            let second = unit(text.get(4..)?.strip_prefix("\\u")?)?;
            (char::decode_utf16([first, second]).next()?.ok()?, 10)
        }
    };
    if c.is_control() || matches!(c, '"' | '\\') {
        return None;
    }
    *chars = text.get(length..)?.chars();
    Some(c)
}

fn write_char(c: char, unicode: Unicode, out: &mut String) {
    let is_escaped = match unicode {
        Unicode::AsIs | Unicode::Unescaped => false,
        Unicode::EscapedLower | Unicode::EscapedUpper => !c.is_ascii(),
        Unicode::EscapedHtml => matches!(c, '<' | '>' | '&'),
        Unicode::EscapedDotNet => !c.is_ascii() || matches!(c, '<' | '>' | '&' | '\'' | '+' | '`'),
    };
    if !is_escaped {
        out.push(c);
        return;
    }
    for unit in c.encode_utf16(&mut [0; 2]) {
        out.push_str(&match unicode {
            Unicode::EscapedUpper | Unicode::EscapedDotNet => format!("\\u{unit:04X}"),
            _ => format!("\\u{unit:04x}"),
        });
    }
}

/// The tokens of a JSON text: a punctuation mark, a string in its quotes, or anything else up to
/// white space or punctuation.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        let is_space = |c| matches!(c, ' ' | '\t' | '\n' | '\r');
        let is_punctuation = |c| matches!(c, '{' | '}' | '[' | ']' | ',' | ':');
        let text = self.0.trim_start_matches(is_space);
        let first = text.chars().next()?;
        let length = if first == '"' {
            string_end(text)
        } else if is_punctuation(first) {
            1
        } else {
            text.find(|c| is_space(c) || is_punctuation(c) || c == '"')
                .unwrap_or(text.len())
        };
        let (token, rest) = text.split_at(length);
        self.0 = rest;
        Some(token)
    }
}

/// The length of the string at the start of the text, quotes included.
fn string_end(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    text.len()
}
