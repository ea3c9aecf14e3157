//! Why a signed body is not an event, and why an event has no typed object.

use std::{error::Error, fmt};

use crate::json::Malformed;

/// What is wrong with a signed body that is [`InvalidPayload`](crate::Rejection::InvalidPayload).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayloadError {
    /// It is not UTF-8 throughout.
    NotUtf8 {
        /// Where it stops being that, in bytes from the start.
        offset: usize,
    },
    /// It is not one JSON object.
    NotJson {
        /// Where it stops being that, in bytes from the start.
        offset: usize,
    },
    /// There is no `id`.
    MissingId,
    /// The `id` is not a string.
    InvalidId,
    /// There is more than one `id`.
    DuplicateId,
    /// There is no `type`.
    MissingType,
    /// The `type` is not a string.
    InvalidType,
    /// There is more than one `type`.
    DuplicateType,
}

impl From<Malformed> for PayloadError {
    fn from(Malformed { offset }: Malformed) -> Self {
        Self::NotJson { offset }
    }
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotUtf8 { offset } => {
                return write!(f, "the payload is not UTF-8: at byte {offset}");
            }
            Self::NotJson { offset } => {
                return write!(f, "the payload is not one JSON object: at byte {offset}");
            }
            Self::MissingId => "the payload has no `id`",
            Self::InvalidId => "the `id` of the payload is not a string",
            Self::DuplicateId => "the payload has more than one `id`",
            Self::MissingType => "the payload has no `type`",
            Self::InvalidType => "the `type` of the payload is not a string",
            Self::DuplicateType => "the payload has more than one `type`",
        })
    }
}

impl Error for PayloadError {}

/// Why an event has no object of the expected type. The event is authentic nevertheless.
///
/// Another delivery has the same object. Store the event for a person, then respond 200. If
/// it is not stored, respond 500: a 200 would lose it.
///
/// The error names the place in the payload, and shows nothing of the payload.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ObjectError {
    /// The payload has no `data.object`, or it is `null`.
    Missing,
    /// The value there does not have the expected shape, or is too deep or too large for the type.
    #[non_exhaustive]
    Unexpected {
        /// The path of the value, such as `data.object.amount`. Keys that do not look like names of
        /// the API, and those of metadata, are shown as `*`.
        path: String,
    },
}

impl ObjectError {
    pub(super) fn unexpected(path: impl Into<String>) -> Self {
        Self::Unexpected { path: path.into() }
    }
}

impl fmt::Display for ObjectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing => f.write_str("the event has no data.object"),
            Self::Unexpected { path } => write!(f, "{path} is not of the expected type"),
        }
    }
}

impl Error for ObjectError {}
