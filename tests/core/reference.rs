//! The envelope of an event, read with a plain serde visitor: the reference of the crate's own JSON
//! scanner, in these tests and in the fuzz targets.
#![allow(unreachable_pub, reason = "the fuzz targets include this file")]

use std::{fmt, iter};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// The members of the envelope that are read.
#[derive(Debug, PartialEq)]
pub struct Envelope {
    pub id: String,
    pub event_type: String,
    pub created: Option<i64>,
    pub livemode: Option<bool>,
    pub api_version: Option<String>,
}

/// The envelope, if the body is one JSON object with one `id` and one `type` that are text.
pub fn envelope(body: &[u8]) -> Option<Envelope> {
    let Members(members) = serde_json::from_str(str::from_utf8(body).ok()?).ok()?;
    // Half of a surrogate pair is JSON, though no text and no key that is read.
    let text = |json: &RawValue| serde_json::from_str::<String>(json.get()).ok();
    let once = |name: &str| {
        let mut named = members
            .iter()
            .filter(|(key, _)| text(key).as_deref() == Some(name));
        let (_, value) = named.next()?;
        named.next().is_none().then_some(*value)
    };
    Some(Envelope {
        id: text(once("id")?)?,
        event_type: text(once("type")?)?,
        created: once("created").and_then(|value| value.get().parse().ok()),
        livemode: once("livemode").and_then(|value| value.get().parse().ok()),
        api_version: once("api_version").and_then(text),
    })
}

/// The keys and values of an object, also of keys that are repeated.
struct Members<'a>(Vec<(&'a RawValue, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Members<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OfMap;

        impl<'de> Visitor<'de> for OfMap {
            type Value = Vec<(&'de RawValue, &'de RawValue)>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                iter::from_fn(|| map.next_entry().transpose()).collect()
            }
        }

        deserializer.deserialize_map(OfMap).map(Members)
    }
}
