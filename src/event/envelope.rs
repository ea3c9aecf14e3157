//! The envelope of an event: the members of the payload's one object that every event has.

use std::{borrow::Cow, mem, ops::Range};

use crate::{
    event::{error::PayloadError, payload_text::PayloadText},
    json::{Level, members_of_two, range_in, unquote},
};

/// What the last `data` of an envelope has.
#[derive(Default)]
pub(super) struct Data {
    /// Whether there is one that is neither an object nor `null`.
    pub(super) is_malformed: bool,
    /// Where the JSON text of `object` is.
    pub(super) object: Option<Range<usize>>,
    /// Where the JSON text of `previous_attributes` is.
    pub(super) previous: Option<Range<usize>>,
}

/// The members of the envelope that are read. All others are only checked to be JSON.
pub(super) struct Envelope<'a> {
    pub(super) id: PayloadText,
    pub(super) event_type: Cow<'a, str>,
    pub(super) created: Option<i64>,
    pub(super) livemode: Option<bool>,
    pub(super) api_version: Option<PayloadText>,
    pub(super) data: Data,
}

impl<'a> Envelope<'a> {
    /// Reads a payload in one pass, without building a tree.
    pub(super) fn parse(payload: &'a [u8]) -> Result<Self, PayloadError> {
        let text = str::from_utf8(payload).map_err(|error| PayloadError::NotUtf8 {
            offset: error.valid_up_to(),
        })?;
        let mut id = None;
        let mut event_type = None;
        let mut created = Once::default();
        let mut livemode = Once::default();
        let mut api_version = Once::default();
        let mut data = Data::default();
        let mut inner = Data::default();
        members_of_two(text, "data", |level, key, value| {
            let range = || (value != "null").then(|| range_in(text, value));
            match (level, unquote(key).as_deref()) {
                (Level::Inner, Some("object")) => inner.object = range(),
                (Level::Inner, Some("previous_attributes")) => inner.previous = range(),
                (Level::Outer, Some("id")) => {
                    let text = unquote(value).ok_or(PayloadError::InvalidId)?;
                    once(&mut id, text).ok_or(PayloadError::DuplicateId)?;
                }
                (Level::Outer, Some("type")) => {
                    let text = unquote(value).ok_or(PayloadError::InvalidType)?;
                    once(&mut event_type, text).ok_or(PayloadError::DuplicateType)?;
                }
                (Level::Outer, Some("created")) => created.set(value.parse().ok()),
                (Level::Outer, Some("livemode")) => livemode.set(value.parse().ok()),
                (Level::Outer, Some("api_version")) => api_version.set(unquote(value)),
                (Level::Outer, Some("data")) => {
                    data = mem::take(&mut inner);
                    data.is_malformed = !value.starts_with('{') && value != "null";
                }
                _ => {}
            }
            Ok::<(), PayloadError>(())
        })?;

        Ok(Self {
            id: PayloadText::new(text, id.ok_or(PayloadError::MissingId)?),
            event_type: event_type.ok_or(PayloadError::MissingType)?,
            created: created.value,
            livemode: livemode.value,
            api_version: api_version
                .value
                .map(|version| PayloadText::new(text, version)),
            data,
        })
    }
}

/// Fills an empty slot; `None` when it was filled before. Parsers disagree on which of two members
/// counts.
fn once<T>(slot: &mut Option<T>, value: T) -> Option<()> {
    slot.replace(value).is_none().then_some(())
}

/// An optional member, which is ignored if it occurs twice.
struct Once<T> {
    is_set: bool,
    value: Option<T>,
}

impl<T> Default for Once<T> {
    fn default() -> Self {
        Self {
            is_set: false,
            value: None,
        }
    }
}

impl<T> Once<T> {
    fn set(&mut self, value: Option<T>) {
        self.value = value.filter(|_| !self.is_set);
        self.is_set = true;
    }
}
