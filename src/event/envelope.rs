//! The envelope of an event: the members of the payload's one object that every event has.

use std::{borrow::Cow, ops::Range};

use crate::{
    event::{error::PayloadError, payload_text::PayloadText},
    json::{members, range_in, unquote},
};

/// The members of the envelope that are read. All others are only checked to be JSON.
pub(super) struct Envelope<'a> {
    pub(super) id: PayloadText,
    pub(super) event_type: Cow<'a, str>,
    pub(super) created: Option<i64>,
    pub(super) livemode: Option<bool>,
    pub(super) api_version: Option<PayloadText>,
    /// Where the JSON text of the last `data` is.
    pub(super) data: Option<Range<usize>>,
}

impl<'a> Envelope<'a> {
    /// Reads a payload in one pass, without building a tree of it.
    pub(super) fn parse(payload: &'a [u8]) -> Result<Self, PayloadError> {
        let text = str::from_utf8(payload).map_err(|_| PayloadError::NotUtf8)?;
        let mut id = None;
        let mut event_type = None;
        let mut created = Once::default();
        let mut livemode = Once::default();
        let mut api_version = Once::default();
        let mut data = None;
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
                Some("created") => created.set(value.parse().ok()),
                Some("livemode") => livemode.set(value.parse().ok()),
                Some("api_version") => api_version.set(unquote(value)),
                Some("data") => data = Some(range_in(text, value)),
                _ => {}
            }
            Ok::<(), PayloadError>(())
        })?;

        Ok(Self {
            id: PayloadText::new(text, id.ok_or(PayloadError::NoId)?),
            event_type: event_type.ok_or(PayloadError::NoType)?,
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

/// An optional member, which does not count if there are two of it.
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
