//! Scans one JSON value ([RFC 8259]): checks all of it and builds nothing.
//!
//! The steps are functions from a position to the next one, inlined into the one loop of [`value`],
//! so that the position stays in a register. A cursor behind a `&mut`, or a step that is called,
//! costs a third of the speed. The [`StringMask`] knows where strings end.
//!
//! [RFC 8259]: https://www.rfc-editor.org/rfc/rfc8259

use crate::json::{
    nesting::{Container, Nesting},
    string_mask::StringMask,
};

/// The text is not JSON from this byte on.
#[derive(Debug)]
pub(crate) struct Malformed {
    pub(crate) offset: usize,
}

/// The position after what was scanned.
pub(super) type Scanned = Result<usize, Malformed>;

/// Scans one value. Nesting is kept on the heap, at a bit a level: no text can exhaust the stack.
#[inline(never)]
pub(super) fn value(
    text: &[u8],
    mut at: usize,
    mut mask: StringMask,
) -> Result<(usize, StringMask), Malformed> {
    let mut open = Nesting::default();
    loop {
        match peek(text, at) {
            Some(b'"') => at = string(text, at, &mut mask)?,
            Some(b'{') => {
                at = skip_whitespace(text, at + 1);
                if peek(text, at) == Some(b'}') {
                    at += 1;
                } else {
                    open.push(Container::Object);
                    at = key(text, at, &mut mask)?;
                    continue;
                }
            }
            Some(b'[') => {
                at = skip_whitespace(text, at + 1);
                if peek(text, at) == Some(b']') {
                    at += 1;
                } else {
                    open.push(Container::Array);
                    continue;
                }
            }
            Some(b'-' | b'0'..=b'9') => at = number(text, at)?,
            Some(b't') => at = literal(text, at, b"true")?,
            Some(b'f') => at = literal(text, at, b"false")?,
            Some(b'n') => at = literal(text, at, b"null")?,
            _ => return Err(Malformed { offset: at }),
        }
        // A value is complete; so may be what contains it, and what contains that.
        loop {
            let Some(container) = open.last() else {
                return Ok((at, mask));
            };
            at = skip_whitespace(text, at);
            match (peek(text, at), container) {
                (Some(b','), Container::Object) => {
                    at = key(text, skip_whitespace(text, at + 1), &mut mask)?;
                    break;
                }
                (Some(b','), Container::Array) => {
                    at = skip_whitespace(text, at + 1);
                    break;
                }
                (Some(b'}'), Container::Object) | (Some(b']'), Container::Array) => {
                    at += 1;
                    open.pop();
                }
                _ => return Err(Malformed { offset: at }),
            }
        }
    }
}

/// Scans a key, the colon after it, and the white space before the value.
#[inline(always)]
fn key(text: &[u8], at: usize, mask: &mut StringMask) -> Scanned {
    let colon = string(text, at, mask)?;
    Ok(skip_whitespace(text, expect(text, colon, b':')?))
}

#[inline(always)]
pub(super) fn string(text: &[u8], at: usize, mask: &mut StringMask) -> Scanned {
    let mut at = expect_if(text, at, |byte| byte == b'"')?;
    loop {
        at = mask.next(text, at);
        match peek(text, at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(text, at + 1)?,
            _ => return Err(Malformed { offset: at }),
        }
    }
}

/// Scans what follows a backslash. A lone surrogate is valid JSON, but not valid Unicode.
#[cold]
#[inline(never)]
fn escape(text: &[u8], at: usize) -> Scanned {
    if peek(text, at) == Some(b'u') {
        return (0..4).try_fold(at + 1, |at, _| {
            expect_if(text, at, |byte| byte.is_ascii_hexdigit())
        });
    }
    expect_if(text, at, |byte| {
        matches!(byte, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')
    })
}

#[inline]
fn number(text: &[u8], mut at: usize) -> Scanned {
    if peek(text, at) == Some(b'-') {
        at += 1;
    }
    at = match peek(text, at) {
        Some(b'0') => at + 1,
        _ => digits(text, at)?,
    };
    if peek(text, at) == Some(b'.') {
        at = digits(text, at + 1)?;
    }
    if let Some(b'e' | b'E') = peek(text, at) {
        at = match peek(text, at + 1) {
            Some(b'+' | b'-') => digits(text, at + 2)?,
            _ => digits(text, at + 1)?,
        };
    }
    Ok(at)
}

#[inline]
fn digits(text: &[u8], at: usize) -> Scanned {
    let mut at = expect_if(text, at, |byte| byte.is_ascii_digit())?;
    while peek(text, at).is_some_and(|byte| byte.is_ascii_digit()) {
        at += 1;
    }
    Ok(at)
}

#[inline]
fn literal(text: &[u8], at: usize, literal: &[u8]) -> Scanned {
    if text[at..].starts_with(literal) {
        Ok(at + literal.len())
    } else {
        Err(Malformed { offset: at })
    }
}

pub(super) fn expect_end(text: &[u8], at: usize) -> Result<(), Malformed> {
    let end = skip_whitespace(text, at);
    match peek(text, end) {
        None => Ok(()),
        Some(_) => Err(Malformed { offset: end }),
    }
}

pub(super) fn slice(text: &str, start: usize, end: usize) -> Result<&str, Malformed> {
    text.get(start..end).ok_or(Malformed { offset: start })
}

/// Skips white space, then expects this byte.
#[inline(always)]
pub(super) fn expect(text: &[u8], at: usize, expected: u8) -> Scanned {
    expect_if(text, skip_whitespace(text, at), |byte| byte == expected)
}

#[inline(always)]
fn expect_if(text: &[u8], at: usize, predicate: impl Fn(u8) -> bool) -> Scanned {
    if peek(text, at).is_some_and(predicate) {
        Ok(at + 1)
    } else {
        Err(Malformed { offset: at })
    }
}

#[inline(always)]
pub(super) fn skip_whitespace(text: &[u8], mut at: usize) -> usize {
    while peek(text, at).is_some_and(is_whitespace) {
        at += 1;
    }
    at
}

fn is_whitespace(byte: u8) -> bool {
    // The first comparison decides nearly always.
    byte <= b' ' && matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

#[inline(always)]
pub(super) fn peek(text: &[u8], at: usize) -> Option<u8> {
    text.get(at).copied()
}
