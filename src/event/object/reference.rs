//! A field that holds another object, or only its id.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::{
    event::object::{
        de::raw,
        read::{FromJson, Json},
        text::{decimal_text, is_number},
    },
    json::{last_member, replace_lone_surrogates, unquote},
};

/// Another object: the API sends either its id or the whole object ("expanded"). Either way its id
/// is known.
///
/// ```
/// use tower_loops::Reference;
///
/// let plain: Reference = serde_json::from_str(r#""cus_1""#)?;
/// let expanded: Reference = serde_json::from_str(r#"{"id":"cus_1","object":"customer"}"#)?;
/// assert_eq!(plain, expanded);
/// assert_eq!(plain, Reference::from("cus_1"));
/// assert_eq!(plain.id(), "cus_1");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Reference(Box<str>);

impl Reference {
    /// The id of the object referred to.
    #[must_use]
    pub fn id(&self) -> &str {
        &self.0
    }

    /// Reads an id, or an object with one. An id may be a number.
    fn parse(json: &str) -> Option<Self> {
        let id = if json.starts_with('{') {
            last_member(json, "id")?
        } else {
            json
        };
        if is_number(id) {
            return Some(decimal_text(id).into());
        }
        Some(Self(unquote(id)?.into()))
    }
}

impl FromJson for Reference {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        Self::parse(json.text)
    }
}

impl From<&str> for Reference {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl From<String> for Reference {
    fn from(id: String) -> Self {
        Self(id.into())
    }
}

impl AsRef<str> for Reference {
    fn as_ref(&self) -> &str {
        self.id()
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.id())
    }
}

impl Serialize for Reference {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

impl<'de> Deserialize<'de> for Reference {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = raw(deserializer)?;
        Self::parse(&replace_lone_surrogates(json.get()))
            .ok_or_else(|| D::Error::custom("expected an id or an object with one"))
    }
}
