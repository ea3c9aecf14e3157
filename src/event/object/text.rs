//! Texts: such as people and sellers choose, and such as the API chooses.

use crate::{
    event::object::{
        number::exact,
        read::{FromJson, Json},
    },
    json::unquote,
};

/// An id, or a text that a person or a seller chose. A number is its decimal text.
impl FromJson for String {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        if is_number(json.text) {
            return Some(decimal_text(json.text));
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

/// Words of the API.
#[derive(serde::Serialize)]
pub(super) struct Words(pub(super) Vec<String>);

impl FromJson for Words {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let words = Vec::<Word>::from_json(json)?;
        Some(Self(words.into_iter().map(|Word(word)| word).collect()))
    }
}

/// `4900` for `4900`, `4900.0` and `49e2`; any other number as it is spelled.
pub(super) fn decimal_text(number: &str) -> String {
    exact(number).map_or_else(|| number.to_owned(), |integer| integer.to_string())
}

pub(super) fn is_number(json: &str) -> bool {
    json.starts_with(|first: char| first == '-' || first.is_ascii_digit())
}
