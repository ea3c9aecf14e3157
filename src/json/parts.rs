//! The members of objects and the elements of arrays, as slices of the text.

use std::ops::Range;

use crate::json::{
    scan::{Malformed, expect, expect_end, peek, skip_whitespace, slice, string, value},
    string_mask::StringMask,
    text::unquote,
};

/// Calls `member` with key and value of each member of the one object that the text must be. Both
/// are slices of the text, strings in their quotes. Values may be nested to any depth.
pub(crate) fn members<'a, E: From<Malformed>>(
    text: &'a str,
    mut member: impl FnMut(&'a str, &'a str) -> Result<(), E>,
) -> Result<(), E> {
    let end = object(text, 0, StringMask::default(), |key, start, mask| {
        let (end, mask) = value(text.as_bytes(), start, mask)?;
        member(key, slice(text, start, end)?)?;
        Ok::<_, E>((end, mask))
    });
    expect_end(text.as_bytes(), end?.0).map_err(E::from)
}

/// Of which object a member is.
#[derive(Clone, Copy)]
pub(crate) enum Level {
    Outer,
    Inner,
}

/// Calls `member` as [`members`] does. For an object under the key `inner`, first calls it for each
/// member of that object, in the same pass.
pub(crate) fn members_of_two<'a, E: From<Malformed>>(
    text: &'a str,
    inner: &str,
    mut member: impl FnMut(Level, &'a str, &'a str) -> Result<(), E>,
) -> Result<(), E> {
    let bytes = text.as_bytes();
    let end = object(text, 0, StringMask::default(), |key, start, mask| {
        let is_inner =
            peek(bytes, start) == Some(b'{') && unquote(key).is_some_and(|key| key == inner);
        let (end, mask) = if is_inner {
            object(text, start, mask, |key, start, mask| {
                let (end, mask) = value(bytes, start, mask)?;
                member(Level::Inner, key, slice(text, start, end)?)?;
                Ok::<_, E>((end, mask))
            })?
        } else {
            value(bytes, start, mask)?
        };
        member(Level::Outer, key, slice(text, start, end)?)?;
        Ok::<_, E>((end, mask))
    });
    expect_end(bytes, end?.0).map_err(E::from)
}

/// Scans one object. `member` scans the value that starts at a position.
#[inline(always)]
fn object<'a, E: From<Malformed>>(
    text: &'a str,
    at: usize,
    mut mask: StringMask,
    mut member: impl FnMut(&'a str, usize, StringMask) -> Result<(usize, StringMask), E>,
) -> Result<(usize, StringMask), E> {
    let bytes = text.as_bytes();
    let mut at = skip_whitespace(bytes, expect(bytes, at, b'{')?);
    if peek(bytes, at) != Some(b'}') {
        loop {
            let key = at;
            let key_end = string(bytes, key, &mut mask)?;
            let start = skip_whitespace(bytes, expect(bytes, key_end, b':')?);
            let (end, mask_there) = member(slice(text, key, key_end)?, start, mask)?;
            mask = mask_there;
            at = skip_whitespace(bytes, end);
            if peek(bytes, at) != Some(b',') {
                break;
            }
            at = skip_whitespace(bytes, at + 1);
        }
    }
    Ok((expect(bytes, at, b'}')?, mask))
}

/// The value of the last member with this key; `None` also if the text is not an object.
pub(crate) fn last_member<'a>(text: &'a str, wanted: &str) -> Option<&'a str> {
    let mut last = None;
    members(text, |key, value| {
        if unquote(key).is_some_and(|key| key == wanted) {
            last = Some(value);
        }
        Ok::<(), Malformed>(())
    })
    .ok()?;
    last
}

/// Where a slice of a text is in it.
pub(crate) fn range_in(text: &str, slice: &str) -> Range<usize> {
    let start = slice.as_ptr().addr() - text.as_ptr().addr();
    start..start + slice.len()
}

/// Calls `element` with each element of the one array that the text must be, as [`members`] does.
pub(crate) fn elements<'a, E: From<Malformed>>(
    text: &'a str,
    mut element: impl FnMut(&'a str) -> Result<(), E>,
) -> Result<(), E> {
    let bytes = text.as_bytes();
    let mut mask = StringMask::default();
    let mut at = skip_whitespace(bytes, expect(bytes, 0, b'[')?);
    if peek(bytes, at) != Some(b']') {
        loop {
            let (end, mask_there) = value(bytes, at, mask)?;
            mask = mask_there;
            element(slice(text, at, end)?)?;
            at = skip_whitespace(bytes, end);
            if peek(bytes, at) != Some(b',') {
                break;
            }
            at = skip_whitespace(bytes, at + 1);
        }
    }
    expect_end(bytes, expect(bytes, at, b']')?).map_err(E::from)
}
