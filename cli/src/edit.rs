//! `--set data.object.amount=1`: changes one value of a JSON text. The other values keep every
//! byte.

use std::str::FromStr;

use indexmap::IndexMap;
use serde_json::value::{RawValue, to_raw_value};

/// A path into a JSON text, and the value that it gets.
#[derive(Clone, Debug)]
pub(crate) struct Assignment {
    path: Vec<String>,
    value: Box<RawValue>,
}

impl Assignment {
    /// Sets a member of the event itself to this text.
    pub(crate) fn member(name: &str, value: &str) -> Self {
        Self {
            path: vec![name.to_owned()],
            value: text(value),
        }
    }
}

impl FromStr for Assignment {
    type Err = String;

    /// `PATH=VALUE`: a value that is not JSON is text. `\.` is a full stop within a name.
    fn from_str(argument: &str) -> Result<Self, String> {
        let (path, value) = argument
            .split_once('=')
            .ok_or("expected PATH=VALUE, such as data.object.amount=1")?;
        // A byte that no name contains stands for the escaped full stops.
        let names: Vec<String> = (path.replace("\\.", "\0").split('.'))
            .map(|name| name.replace('\0', "."))
            .collect();
        if names.iter().any(String::is_empty) {
            return Err(format!("a name in the path {path:?} is empty"));
        }
        let value = serde_json::from_str(value).unwrap_or_else(|_| text(value));
        Ok(Self { path: names, value })
    }
}

/// The JSON text with every assignment made, in order.
pub(crate) fn apply(json: &[u8], assignments: &[Assignment]) -> Result<Vec<u8>, String> {
    let mut edited: Box<RawValue> =
        serde_json::from_slice(json).map_err(|error| format!("it is not JSON: {error}"))?;
    for Assignment { path, value } in assignments {
        edited = set(&edited, path, value)
            .map_err(|error| format!("cannot set {}: {error}", path.join(".")))?;
    }
    Ok(String::from(Box::<str>::from(edited)).into_bytes())
}

fn set(json: &RawValue, path: &[String], value: &RawValue) -> Result<Box<RawValue>, String> {
    let Some((name, rest)) = path.split_first() else {
        return Ok(value.to_owned());
    };
    let null = || RawValue::NULL.to_owned();
    let text = match json.get() {
        "null" => "{}",
        text => text,
    };
    match text.as_bytes().first() {
        Some(b'{') => {
            let mut members: IndexMap<String, Box<RawValue>> = parse(text)?;
            let member = members.entry(name.clone()).or_insert_with(null);
            *member = set(member, rest, value)?;
            to_raw_value(&members)
        }
        Some(b'[') => {
            let mut items: Vec<Box<RawValue>> = parse(text)?;
            let index: usize = (name.parse())
                .map_err(|_| format!("{name:?} is not the index of a list, which begin at 0"))?;
            if index == items.len() {
                items.push(null());
            }
            let length = items.len();
            let item =
                (items.get_mut(index)).ok_or_else(|| format!("the list has {length} items"))?;
            *item = set(item, rest, value)?;
            to_raw_value(&items)
        }
        _ => {
            return Err(format!(
                "the value around {name:?} is neither an object nor a list"
            ));
        }
    }
    .map_err(|error| error.to_string())
}

fn parse<'a, T: serde::Deserialize<'a>>(text: &'a str) -> Result<T, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

fn text(value: &str) -> Box<RawValue> {
    // Text always serializes.
    to_raw_value(value).unwrap_or_else(|_| RawValue::NULL.to_owned())
}

#[cfg(test)]
mod tests {
    use super::{Assignment, apply};

    fn edited(json: &str, arguments: &[&str]) -> Result<String, String> {
        let assignments: Vec<Assignment> = (arguments.iter())
            .map(|argument| argument.parse())
            .collect::<Result<_, _>>()?;
        apply(json.as_bytes(), &assignments).map(|json| String::from_utf8(json).expect("JSON"))
    }

    #[test]
    fn only_the_value_at_the_path_changes() {
        for (json, argument, expected) in [
            (
                r#"{"b":4900.0,"a":"\u00e9"}"#,
                "c=1",
                r#"{"b":4900.0,"a":"\u00e9","c":1}"#,
            ),
            (
                r#"{"a":{"b":1e2,"c":2}}"#,
                "a.c=x y",
                r#"{"a":{"b":1e2,"c":"x y"}}"#,
            ),
            (
                r#"{"a":[{ "b":1 }, 2]}"#,
                "a.1=null",
                r#"{"a":[{ "b":1 },null]}"#,
            ),
            (r#"{"a":[1]}"#, "a.1=[2]", r#"{"a":[1,[2]]}"#),
            ("{}", "a.b=007", r#"{"a":{"b":"007"}}"#),
            ("{}", r"a\.b=", r#"{"a.b":""}"#),
        ] {
            assert_eq!(edited(json, &[argument]).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn what_cannot_be_set_is_an_error() {
        for (json, argument, error) in [
            ("{}", "a", "PATH=VALUE"),
            ("{}", "a..b=1", "is empty"),
            ("{", "a=1", "not JSON"),
            (r#"{"a":1}"#, "a.b=1", "neither an object nor a list"),
            (r#"{"a":[]}"#, "a.b=1", "not the index"),
            (r#"{"a":[]}"#, "a.7=1", "the list has 0 items"),
        ] {
            let found = edited(json, &[argument]).expect_err(argument);
            assert!(found.contains(error), "{argument}: {found}");
        }
    }
}
