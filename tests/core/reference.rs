//! The envelope of an event, read with a plain serde visitor: the reference of the crate's own JSON
//! scanner, in these tests, in the fuzz targets, and in the bench that compares their speed.
#![allow(unreachable_pub, reason = "fuzz targets and benches include this file")]

use std::{borrow::Cow, fmt};

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of the envelope that are read.
#[derive(Debug, Default, PartialEq)]
pub struct Envelope {
    pub id: String,
    pub event_type: String,
    pub created: Option<i64>,
    pub livemode: Option<bool>,
    pub api_version: Option<String>,
}

/// The envelope, if the body is one JSON object with one `id` and one `type` that are text.
pub fn envelope(body: &[u8]) -> Option<Envelope> {
    serde_json::from_str(str::from_utf8(body).ok()?).ok()
}

impl<'de> Deserialize<'de> for Envelope {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(Members)
    }
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Envelope;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Envelope, A::Error> {
        // `Some(None)`: the member occurs twice.
        let mut members: [Option<Option<&RawValue>>; 5] = Default::default();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            let names = ["id", "type", "created", "livemode", "api_version"];
            // Half of a surrogate pair is JSON, though no text and no key that is read.
            let key = text(key);
            if let Some(index) = names
                .into_iter()
                .position(|name| Some(name) == key.as_deref())
            {
                let seen = &mut members[index];
                *seen = Some(seen.is_none().then_some(value));
            }
        }
        let [id, event_type, created, livemode, api_version] = members.map(Option::flatten);
        let required = |value: Option<_>| {
            let read = value.and_then(text).map(Cow::into_owned);
            read.ok_or_else(|| A::Error::custom("no id or no type"))
        };
        Ok(Envelope {
            id: required(id)?,
            event_type: required(event_type)?,
            created: created.and_then(|value| value.get().parse().ok()),
            livemode: livemode.and_then(|value| value.get().parse().ok()),
            api_version: api_version.and_then(text).map(Cow::into_owned),
        })
    }
}

/// The text of a string, borrowed unless it has an escape.
fn text(value: &RawValue) -> Option<Cow<'_, str>> {
    let borrowed = serde_json::from_str(value.get()).map(Cow::Borrowed);
    borrowed
        .or_else(|_| serde_json::from_str(value.get()).map(Cow::Owned))
        .ok()
}
