//! The envelope of an event, read with a plain serde visitor: the reference of the crate's own JSON
//! scanner, in these tests and in the fuzz targets.
#![allow(unreachable_pub, reason = "the fuzz targets include this file")]

use std::fmt;

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
        let mut members: [Vec<&RawValue>; 5] = Default::default();
        let text = |value: &RawValue| serde_json::from_str::<String>(value.get()).ok();
        while let Some((key, value)) = map.next_entry::<&RawValue, &RawValue>()? {
            let names = ["id", "type", "created", "livemode", "api_version"];
            // Half of a surrogate pair is JSON, though no text and no key that is read.
            let key = text(key);
            if let Some(index) = names
                .into_iter()
                .position(|name| Some(name) == key.as_deref())
            {
                members[index].push(value);
            }
        }
        let once = members.map(|values| match values[..] {
            [value] => Some(value),
            _ => None,
        });
        let [id, event_type, created, livemode, api_version] = once;
        let required = |value: Option<_>| {
            let read = value.and_then(text);
            read.ok_or_else(|| A::Error::custom("no id or no type"))
        };
        Ok(Envelope {
            id: required(id)?,
            event_type: required(event_type)?,
            created: created.and_then(|value| value.get().parse().ok()),
            livemode: livemode.and_then(|value| value.get().parse().ok()),
            api_version: api_version.and_then(text),
        })
    }
}
