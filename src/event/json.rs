//! A walk over one JSON object ([RFC 8259]) that checks all of it and builds nothing.
//!
//! The steps are functions from a position to the next one, and all are part of one loop in [`value`]: so the position stays in
//! a register. A cursor behind a `&mut`, or a step that is called, costs a third of the speed. Where strings end is known from
//! the [`marks`](super::marks) of the text, found ahead of the walk.
//!
//! [RFC 8259]: https://www.rfc-editor.org/rfc/rfc8259

use super::{
    marks::Marks,
    nesting::{Container, Nesting},
};

/// The text is not JSON from this byte on.
#[derive(Debug)]
pub(super) struct Malformed {
    pub(super) offset: usize,
}

/// The position behind what was walked over.
type Walked = Result<usize, Malformed>;

/// Calls `member` with the key and the value of each member of the one object that the text must be, both as they stand there
/// (strings in their quotes). The values may be nested to any depth.
pub(super) fn members<'a, E: From<Malformed>>(
    text: &'a str,
    mut member: impl FnMut(&'a str, &'a str) -> Result<(), E>,
) -> Result<(), E> {
    let bytes = text.as_bytes();
    let part = |start, end| text.get(start..end).ok_or(Malformed { offset: start });
    let mut marks = Marks::default();
    let mut at = token(bytes, expect(bytes, 0, b'{')?);
    if byte(bytes, at) != Some(b'}') {
        loop {
            let key = at;
            let key_end = string(bytes, key, &mut marks)?;
            let start = token(bytes, expect(bytes, key_end, b':')?);
            let (end, marks_there) = value(bytes, start, marks)?;
            marks = marks_there;
            member(part(key, key_end)?, part(start, end)?)?;
            at = token(bytes, end);
            if byte(bytes, at) != Some(b',') {
                break;
            }
            at = token(bytes, at + 1);
        }
    }
    let end = token(bytes, expect(bytes, at, b'}')?);
    match byte(bytes, end) {
        None => Ok(()),
        Some(_) => Err(Malformed { offset: end }.into()),
    }
}

/// Walks over one value. Nesting is kept on the heap, at a bit a level: no text can exhaust the stack.
#[inline(never)]
fn value(text: &[u8], mut at: usize, mut marks: Marks) -> Result<(usize, Marks), Malformed> {
    let mut open = Nesting::default();
    loop {
        match byte(text, at) {
            Some(b'"') => at = string(text, at, &mut marks)?,
            Some(b'{') => {
                at = token(text, at + 1);
                if byte(text, at) == Some(b'}') {
                    at += 1;
                } else {
                    open.push(Container::Object);
                    at = key(text, at, &mut marks)?;
                    continue;
                }
            }
            Some(b'[') => {
                at = token(text, at + 1);
                if byte(text, at) == Some(b']') {
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
                return Ok((at, marks));
            };
            at = token(text, at);
            match (byte(text, at), container) {
                (Some(b','), Container::Object) => {
                    at = key(text, token(text, at + 1), &mut marks)?;
                    break;
                }
                (Some(b','), Container::Array) => {
                    at = token(text, at + 1);
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

/// Walks over a key, the colon behind it, and the space before the value.
#[inline(always)]
fn key(text: &[u8], at: usize, marks: &mut Marks) -> Walked {
    let colon = string(text, at, marks)?;
    Ok(token(text, expect(text, colon, b':')?))
}

#[inline(always)]
fn string(text: &[u8], at: usize, marks: &mut Marks) -> Walked {
    let mut at = take(text, at, |byte| byte == b'"')?;
    loop {
        at = marks.next(text, at);
        match byte(text, at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(text, at + 1)?,
            _ => return Err(Malformed { offset: at }),
        }
    }
}

/// Walks over what follows a backslash. Half of a surrogate pair is JSON, though no text.
#[cold]
#[inline(never)]
fn escape(text: &[u8], at: usize) -> Walked {
    if byte(text, at) == Some(b'u') {
        return (0..4).try_fold(at + 1, |at, _| {
            take(text, at, |byte| byte.is_ascii_hexdigit())
        });
    }
    take(text, at, |byte| {
        matches!(byte, b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't')
    })
}

#[inline]
fn number(text: &[u8], mut at: usize) -> Walked {
    if byte(text, at) == Some(b'-') {
        at += 1;
    }
    at = match byte(text, at) {
        Some(b'0') => at + 1,
        _ => digits(text, at)?,
    };
    if byte(text, at) == Some(b'.') {
        at = digits(text, at + 1)?;
    }
    if let Some(b'e' | b'E') = byte(text, at) {
        at = match byte(text, at + 1) {
            Some(b'+' | b'-') => digits(text, at + 2)?,
            _ => digits(text, at + 1)?,
        };
    }
    Ok(at)
}

#[inline]
fn digits(text: &[u8], at: usize) -> Walked {
    let mut at = take(text, at, |byte| byte.is_ascii_digit())?;
    while byte(text, at).is_some_and(|byte| byte.is_ascii_digit()) {
        at += 1;
    }
    Ok(at)
}

#[inline]
fn literal(text: &[u8], at: usize, literal: &[u8]) -> Walked {
    if text[at..].starts_with(literal) {
        Ok(at + literal.len())
    } else {
        Err(Malformed { offset: at })
    }
}

#[inline(always)]
fn expect(text: &[u8], at: usize, expected: u8) -> Walked {
    take(text, token(text, at), |byte| byte == expected)
}

#[inline(always)]
fn take(text: &[u8], at: usize, is_it: impl Fn(u8) -> bool) -> Walked {
    if byte(text, at).is_some_and(is_it) {
        Ok(at + 1)
    } else {
        Err(Malformed { offset: at })
    }
}

/// Walks over white space.
#[inline(always)]
fn token(text: &[u8], mut at: usize) -> usize {
    while byte(text, at).is_some_and(is_space) {
        at += 1;
    }
    at
}

fn is_space(byte: u8) -> bool {
    // The first comparison decides nearly always.
    byte <= b' ' && matches!(byte, b' ' | b'\n' | b'\r' | b'\t')
}

#[inline(always)]
fn byte(text: &[u8], at: usize) -> Option<u8> {
    text.get(at).copied()
}
