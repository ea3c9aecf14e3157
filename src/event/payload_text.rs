//! A text that an event shares with its payload.

use std::{borrow::Cow, ops::Range};

use crate::json::range_in;

/// A text of the payload: its range, which takes no memory, or the unescaped text.
pub(super) enum PayloadText {
    InPayload(Range<usize>),
    Unescaped(Box<str>),
}

impl PayloadText {
    pub(super) fn new(payload: &str, text: Cow<'_, str>) -> Self {
        match text {
            Cow::Borrowed(text) => Self::InPayload(range_in(payload, text)),
            Cow::Owned(text) => Self::Unescaped(text.into()),
        }
    }

    pub(super) fn get<'a>(&'a self, payload: &'a [u8]) -> &'a str {
        match self {
            Self::InPayload(range) => text_at(payload, range).unwrap_or_default(),
            Self::Unescaped(text) => text,
        }
    }
}

pub(super) fn text_at<'a>(payload: &'a [u8], range: &Range<usize>) -> Option<&'a str> {
    str::from_utf8(payload.get(range.clone())?).ok()
}
