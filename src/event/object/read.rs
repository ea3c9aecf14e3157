//! Reads structs from JSON, each field on its own.

use serde::{Serialize, ser::SerializeMap};

use crate::{
    event::object::path::{Path, Report, Step, Unreadable},
    json::{self, Malformed, unquote},
};

/// One JSON value, where it stands, and who is told of what cannot be read.
pub(crate) struct Json<'a> {
    pub(super) text: &'a str,
    path: Path<'a>,
    report: &'a Report,
}

/// What can be read from a JSON value.
pub(crate) trait FromJson: Sized {
    /// What the `object` member of an outermost object says.
    const KIND: Option<&'static str> = None;

    /// `None` if the value cannot be read. What of its parts cannot be read is reported.
    fn from_json(json: &Json<'_>) -> Option<Self>;

    /// Takes the paths of what could not be read, if this is an outermost object.
    fn set_unreadable(&mut self, _: Unreadable) {}
}

/// Reads a whole object. The text must be JSON; `None` if it is not an object.
pub(crate) fn read<T: FromJson>(text: &str) -> Option<T> {
    let text = json::replace_lone_surrogates(text.trim_ascii());
    if !text.starts_with('{') {
        return None;
    }
    let report = Report::default();
    let json = Json {
        text: &text,
        path: Path::ROOT,
        report: &report,
    };
    let mut object = T::from_json(&json)?;
    object.set_unreadable(report.into_paths());
    Some(object)
}

impl<'a> Json<'a> {
    /// Reads a part of this value. `null` counts as absent; what cannot be read is reported.
    pub(super) fn read<T: FromJson>(&self, step: Step, text: &str) -> Option<T> {
        if text == "null" {
            return None;
        }
        let path = Path {
            parent: Some(&self.path),
            step,
        };
        let value = T::from_json(&Json {
            text,
            path,
            report: self.report,
        });
        if value.is_none() {
            self.report.push(&path);
        }
        value
    }

    /// Reports a part of this value as not read.
    pub(super) fn report(&self, step: Step) {
        self.report.push(&Path {
            parent: Some(&self.path),
            step,
        });
    }

    /// Reports an entry of this list as not read, since there are too many.
    pub(super) fn report_cut(&self, index: usize) {
        self.report(Step::Index(index));
        self.report.is_cut.set(true);
    }

    /// Whether there was a list of more entries than are read.
    pub(super) fn is_cut(&self) -> bool {
        self.report.is_cut.get()
    }

    /// Whether this is PHP's spelling of an empty map.
    pub(super) fn is_empty_array(&self) -> bool {
        let inner = self.text.strip_prefix('[');
        let inner = inner.and_then(|inner| inner.strip_suffix(']'));
        inner.is_some_and(|inner| inner.trim_ascii().is_empty())
    }

    /// Finds the members that these paths begin with. Of several members with one key the last one
    /// counts. `None` if this is not an object.
    pub(super) fn members(&'a self, paths: &[&str]) -> Option<Members<'a>> {
        let mut values = vec![None; paths.len()];
        if !self.is_empty_array() {
            json::members(self.text, |key, value| {
                if let Some(key) = unquote(key) {
                    for (path, slot) in paths.iter().zip(&mut values) {
                        if begins_with(path, &key) {
                            *slot = Some(value);
                        }
                    }
                }
                Ok::<(), Malformed>(())
            })
            .ok()?;
        }
        Some(Members {
            json: self,
            values,
            next: 0,
        })
    }
}

fn begins_with(path: &str, key: &str) -> bool {
    // The first comparison decides nearly always.
    matches!(path.as_bytes().get(key.len()), None | Some(b'.'))
        && path.len() >= key.len()
        && path.as_bytes()[..key.len()] == *key.as_bytes()
}

/// The members of an object that a table of fields asks for, in the order of the table.
pub(super) struct Members<'a> {
    json: &'a Json<'a>,
    values: Vec<Option<&'a str>>,
    next: usize,
}

impl Members<'_> {
    /// Reads the next field of the table: from the first of these paths that has a value.
    pub(super) fn field<T: Field>(&mut self, paths: &[&'static str]) -> T {
        T::read(self, paths)
    }

    fn first<T: FromJson>(&mut self, paths: &[&'static str]) -> Option<T> {
        let start = self.next;
        self.next += paths.len();
        let values = self.values.get(start..self.next)?;
        paths.iter().zip(values).find_map(|(path, value)| {
            let keys = path.split('.').skip(1);
            let value = keys.fold(*value, |value, key| json::last_member(value?, key))?;
            self.json.read(Step::Key(path), value)
        })
    }
}

/// A field of a struct.
pub(super) trait Field {
    fn read(members: &mut Members<'_>, paths: &[&'static str]) -> Self;

    /// Writes the field under the first of its paths, unless it is empty.
    fn write<M: SerializeMap>(&self, paths: &[&str], map: &mut M) -> Result<(), M::Error>;
}

impl<T: FromJson + Serialize> Field for Option<T> {
    fn read(members: &mut Members<'_>, paths: &[&'static str]) -> Self {
        members.first(paths)
    }

    fn write<M: SerializeMap>(&self, paths: &[&str], map: &mut M) -> Result<(), M::Error> {
        match (self, paths) {
            (Some(value), [key, ..]) => map.serialize_entry(key, value),
            _ => Ok(()),
        }
    }
}

impl<T: FromJson + Serialize> Field for Vec<T> {
    fn read(members: &mut Members<'_>, paths: &[&'static str]) -> Self {
        members.first(paths).unwrap_or_default()
    }

    fn write<M: SerializeMap>(&self, paths: &[&str], map: &mut M) -> Result<(), M::Error> {
        match (&self[..], paths) {
            ([_, ..], [key, ..]) => map.serialize_entry(key, self),
            _ => Ok(()),
        }
    }
}

impl Field for Unreadable {
    fn read(_: &mut Members<'_>, _: &[&'static str]) -> Self {
        Self::default()
    }

    fn write<M: SerializeMap>(&self, _: &[&str], _: &mut M) -> Result<(), M::Error> {
        Ok(())
    }
}

/// The table of a struct's fields: from which paths each is read, the first of which it is written
/// to. `as` names a wrapper that reads it in a special way. With a word for the `object` member, the
/// struct is an outermost object, which knows what could not be read.
macro_rules! fields {
    (
        $object:ident $(: $kind:literal)? {
            $($field:ident: [$($path:literal),*] $(as $reader:ident)?,)*
        } $(then $normalise:path)?
    ) => {
        impl crate::event::object::read::FromJson for $object {
            $(
                const KIND: Option<&'static str> = Some($kind);

                fn set_unreadable(&mut self, paths: crate::event::object::path::Unreadable) {
                    self.unreadable = paths;
                }
            )?

            fn from_json(json: &crate::event::object::read::Json<'_>) -> Option<Self> {
                let mut members = json.members(&[$($($path,)*)*])?;
                #[allow(unused_mut, reason = "only some are normalised")]
                let mut object = Self {
                    $($field: members
                        .field$(::<Option<$reader>>)?(&[$($path),*])
                        $(.map(|$reader(value)| value))?,)*
                };
                $($normalise(&mut object, json);)?
                Some(object)
            }
        }

        $(
            impl $object {
                #[doc = concat!("The paths of what could not be read of this `", $kind, "`,")]
                /// such as `data.object.metadata.*`. At most 100; neither written nor compared.
                #[must_use]
                pub fn unreadable(&self) -> &[String] {
                    &self.unreadable.0
                }
            }
        )?

        impl serde::Serialize for $object {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use crate::event::object::read::Field;
                use serde::ser::SerializeMap;

                let mut map = serializer.serialize_map(None)?;
                $(self.$field.write(&[$($path),*], &mut map)?;)*
                map.end()
            }
        }

        impl<'de> serde::Deserialize<'de> for $object {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::event::object::de::deserialize_object(deserializer)
            }
        }

        impl std::fmt::Debug for $object {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                let mut debug = f.debug_struct(stringify!($object));
                $(
                    let _: &str = $kind;
                    debug.field("id", &self.id);
                )?
                let digest = crate::event::object::digest::digest(self);
                debug.field("digest", &digest).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use fields;
