//! Deserializes any type by `serde_json`, whose error has a line and a column, and finds the path
//! of the value there.

use serde::de::DeserializeOwned;
use serde_json::Error;

use crate::{
    event::error::ObjectError,
    json::{Malformed, elements, members, range_in, replace_lone_surrogates},
};

/// The most steps of a path.
const MAX_DEPTH: usize = 16;

/// The longest key that is shown.
const MAX_KEY: usize = 40;

/// Deserializes this JSON text, which stands at the path `root` of a payload.
pub(super) fn deserialize<T: DeserializeOwned>(root: &str, json: &str) -> Result<T, ObjectError> {
    let json = replace_lone_surrogates(json);
    serde_json::from_str(&json)
        .map_err(|error| ObjectError::unexpected(path_of(root, &json, &error)))
}

/// The path of the innermost value at the place of the error in this JSON text.
fn path_of(root: &str, json: &str, error: &Error) -> String {
    let mut path = root.to_owned();
    let Some(mut offset) = offset_of(json, error) else {
        return path;
    };
    let mut text = json;
    let mut is_map = false;
    for _ in 0..MAX_DEPTH {
        let Some((key, value)) = part_at(text, offset) else {
            break;
        };
        match key {
            Key::Name(name) if !is_map && is_name(name) => path.extend([".", name]),
            Key::Name(_) => path.push_str(".*"),
            Key::Index(index) => path.push_str(&format!("[{index}]")),
        }
        is_map |= matches!(key, Key::Name("metadata" | "subscription_metadata"));
        offset = offset.saturating_sub(range_in(text, value).start);
        text = value;
    }
    path
}

/// The byte where the error is; `None` if it was not raised while parsing.
fn offset_of(json: &str, error: &Error) -> Option<usize> {
    let line = error.line().checked_sub(1)?;
    let before: usize = json.split_inclusive('\n').take(line).map(str::len).sum();
    Some(before + error.column().saturating_sub(1))
}

enum Key<'a> {
    Name(&'a str),
    Index(usize),
}

/// The member or element of this value that has the offset in it, from its key to its end.
fn part_at(text: &str, offset: usize) -> Option<(Key<'_>, &str)> {
    let mut found = None;
    let is_within = |first: &str, last: &str| {
        (range_in(text, first).start..range_in(text, last).end).contains(&offset)
    };
    let mut index = 0;
    let scanned = if text.starts_with('{') {
        members(text, |key, value| {
            if is_within(key, value) {
                found = Some((Key::Name(key.trim_matches('"')), value));
            }
            Ok::<(), Malformed>(())
        })
    } else {
        elements(text, |value| {
            if is_within(value, value) {
                found = Some((Key::Index(index), value));
            }
            index += 1;
            Ok::<(), Malformed>(())
        })
    };
    scanned.ok().and(found)
}

/// Whether a key looks like a name of the API and not like what somebody chose as a key.
fn is_name(key: &str) -> bool {
    let letters = key.trim_end_matches(|last: char| last.is_ascii_digit());
    key.len() <= MAX_KEY
        && key.len() - letters.len() <= 1
        && !letters.is_empty()
        && letters
            .chars()
            .all(|letter| letter.is_ascii_alphabetic() || letter == '_')
}
