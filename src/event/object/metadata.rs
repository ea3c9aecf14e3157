//! The key-value pairs of the seller.

use std::collections::BTreeMap;

use crate::{
    event::object::{
        list::MAX_ENTRIES,
        path::Step,
        read::{FromJson, Json},
    },
    json::{Malformed, is_empty_array, members, unquote},
};

/// The key-value pairs that a seller attached to an object, such as an `order_id`.
///
/// A value that is not a string is kept as its JSON text (`42`, `true`); a `null` counts as absent.
/// Of two entries with one key, the last one counts. Half of a surrogate pair in a key is U+FFFD,
/// so two such keys can become one. At most 10,000 entries are read.
pub type Metadata = BTreeMap<String, String>;

impl FromJson for Metadata {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        let mut entries = Self::new();
        if is_empty_array(json.text) {
            return Some(entries);
        }
        let mut is_full = false;
        members(json.text, |key, value| {
            let text = unquote(value).unwrap_or(value.into());
            match unquote(key) {
                Some(key) if value == "null" => {
                    entries.remove(&*key);
                }
                Some(key) if entries.len() < MAX_ENTRIES || entries.contains_key(&*key) => {
                    entries.insert(key.into_owned(), text.into_owned());
                }
                _ => is_full = true,
            }
            Ok::<(), Malformed>(())
        })
        .ok()?;
        if is_full {
            json.report(Step::Entry);
        }
        Some(entries)
    }
}
