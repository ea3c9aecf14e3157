//! A field that holds another object, or only its id.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{self, Error as _, IgnoredAny, MapAccess},
};

/// Another object: the API sends either its id or the whole of it ("expanded"). Either way its id is known.
///
/// ```
/// use tower_loops::Reference;
///
/// let plain: Reference = serde_json::from_str(r#""cus_1""#)?;
/// let expanded: Reference = serde_json::from_str(r#"{"id":"cus_1","object":"customer"}"#)?;
/// assert_eq!(plain, expanded);
/// assert_eq!(plain.id(), "cus_1");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Reference(Box<str>);

impl Reference {
    /// The id of the object referred to.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Visitor)
    }
}

struct Visitor;

impl<'de> de::Visitor<'de> for Visitor {
    type Value = Reference;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an id or an object with one")
    }

    fn visit_str<E>(self, id: &str) -> Result<Reference, E> {
        Ok(Reference(id.into()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Reference, A::Error> {
        #[derive(Deserialize)]
        #[serde(field_identifier, rename_all = "snake_case")]
        enum Field {
            Id,
            #[serde(other)]
            Other,
        }

        let mut id: Option<Box<str>> = None;
        while let Some(field) = map.next_key()? {
            match field {
                Field::Id if id.is_some() => return Err(A::Error::duplicate_field("id")),
                Field::Id => id = Some(map.next_value()?),
                Field::Other => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        id.map(Reference)
            .ok_or_else(|| A::Error::missing_field("id"))
    }
}
