//! The envelope of an event: the members of the payload's one object that every event has.

use std::{borrow::Cow, error::Error, fmt};

use super::json::{Malformed, members};

/// The members of the envelope that are read. All others are passed over, checked to be JSON.
pub(super) struct Envelope<'a> {
    pub(super) id: Cow<'a, str>,
    pub(super) event_type: Cow<'a, str>,
    pub(super) created: Option<i64>,
    pub(super) livemode: Option<bool>,
}

impl<'a> Envelope<'a> {
    /// Reads a payload in one pass, without building a tree of it.
    pub(super) fn parse(payload: &'a [u8]) -> Result<Self, PayloadError> {
        let text = str::from_utf8(payload).map_err(|_| PayloadError::NotUtf8)?;
        let mut id = None;
        let mut event_type = None;
        let mut created = None;
        let mut livemode = None;
        members(text, |key, value| {
            match unquote(key).as_deref() {
                Some("id") => {
                    let text = unquote(value).ok_or(PayloadError::BadId)?;
                    once(&mut id, text).ok_or(PayloadError::RepeatedId)?;
                }
                Some("type") => {
                    let text = unquote(value).ok_or(PayloadError::BadType)?;
                    once(&mut event_type, text).ok_or(PayloadError::RepeatedType)?;
                }
                Some("created") => created = value.parse().ok(),
                Some("livemode") => livemode = value.parse().ok(),
                _ => {}
            }
            Ok::<(), PayloadError>(())
        })?;

        Ok(Self {
            id: id.ok_or(PayloadError::NoId)?,
            event_type: event_type.ok_or(PayloadError::NoType)?,
            created,
            livemode,
        })
    }
}

/// Fills an empty slot; `None` when it was filled before. Parsers disagree on which of two members counts.
fn once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

/// The text that a JSON string stands for; `None` for other values and for what Unicode has no text for.
fn unquote(value: &str) -> Option<Cow<'_, str>> {
    let inner = value.strip_prefix('"')?.strip_suffix('"')?;
    if inner.contains('\\') {
        return serde_json::from_str(value).ok().map(Cow::Owned);
    }
    Some(Cow::Borrowed(inner))
}

/// What is wrong with a signed body that is [`InvalidPayload`](crate::Rejection::InvalidPayload).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PayloadError {
    /// It is not UTF-8 throughout.
    NotUtf8,
    /// It is not one JSON object.
    NotJson {
        /// Where it stops being that, in bytes from the start.
        offset: usize,
    },
    /// There is no `id`.
    NoId,
    /// The `id` is not a string.
    BadId,
    /// There is more than one `id`.
    RepeatedId,
    /// There is no `type`.
    NoType,
    /// The `type` is not a string.
    BadType,
    /// There is more than one `type`.
    RepeatedType,
}

impl From<Malformed> for PayloadError {
    fn from(Malformed { offset }: Malformed) -> Self {
        Self::NotJson { offset }
    }
}

impl fmt::Display for PayloadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotUtf8 => "the payload is not UTF-8",
            Self::NotJson { offset } => {
                return write!(f, "the payload is not one JSON object: at byte {offset}");
            }
            Self::NoId => "the payload has no `id`",
            Self::BadId => "the `id` of the payload is not a string",
            Self::RepeatedId => "the payload has more than one `id`",
            Self::NoType => "the payload has no `type`",
            Self::BadType => "the `type` of the payload is not a string",
            Self::RepeatedType => "the payload has more than one `type`",
        })
    }
}

impl Error for PayloadError {}
