//! Lists: `{"data": […]}`, or the bare array.

use crate::{
    event::object::{
        path::Step,
        read::{FromJson, Json},
    },
    json::{Malformed, elements, last_member},
};

/// The most entries of a list or map that are read. A struct takes far more memory than its
/// shortest JSON, `{}`; no real payload of 1 MiB reaches it.
pub(super) const MAX_ENTRIES: usize = 10_000;

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        if !json.text.starts_with('{') {
            return array(json);
        }
        let Some(data) = last_member(json.text, "data") else {
            // Another object, such as an array of PHP with gaps, is not a list.
            let is_list = last_member(json.text, "object") == Some("\"list\"");
            let is_empty = json.text[1..].trim_ascii_start() == "}";
            return (is_list || is_empty).then(Self::new);
        };
        let array: Option<Array<T>> = json.read(Step::Key("data"), data);
        Some(array.map(|Array(entries)| entries).unwrap_or_default())
    }
}

struct Array<T>(Vec<T>);

impl<T: FromJson> FromJson for Array<T> {
    fn from_json(json: &Json<'_>) -> Option<Self> {
        array(json).map(Self)
    }
}

/// Reads what can be read of an array. Of one that is too long, the first entry that is not read is
/// reported.
fn array<T: FromJson>(json: &Json<'_>) -> Option<Vec<T>> {
    let mut entries = Vec::new();
    let mut index = 0;
    elements(json.text, |text| {
        if index < MAX_ENTRIES {
            entries.extend(json.read::<T>(Step::Index(index), text));
        } else if index == MAX_ENTRIES {
            json.report_cut(index);
        }
        index += 1;
        Ok::<(), Malformed>(())
    })
    .ok()?;
    Some(entries)
}
