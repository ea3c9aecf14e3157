//! Texts: such as people and sellers choose, and such as the API chooses.

use crate::{
    event::object::read::{FromJson, Json},
    json::unquote,
};

/// An id, or a text that a person or a seller chose. A number is its decimal text, as spelled.
impl FromJson for String {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        if is_number(json.text) {
            return Some(json.text.to_owned());
        }
        Some(unquote(json.text)?.into_owned())
    }
}

/// A word of the API, an address or a URL, which a number cannot be.
#[derive(serde::Serialize)]
pub(super) struct Word(pub(super) String);

impl FromJson for Word {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        Some(Self(unquote(json.text)?.into_owned()))
    }
}

pub(super) fn is_number(json: &str) -> bool {
    json.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}
