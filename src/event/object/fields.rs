//! The fields of structs: reading and writing, generated from one list.

use serde::{Serialize, ser::SerializeMap};

use crate::event::object::read::{FromJson, Members};

/// A field of a struct.
pub(super) trait Field {
    fn read<const N: usize>(members: &mut Members<'_, N>, paths: &[&'static str]) -> Self;

    /// Writes the field, unless it is empty.
    fn write<M: SerializeMap>(&self, member: &str, map: &mut M) -> Result<(), M::Error>;
}

impl<T: FromJson + Serialize> Field for Option<T> {
    fn read<const N: usize>(members: &mut Members<'_, N>, paths: &[&'static str]) -> Self {
        members.first(paths)
    }

    fn write<M: SerializeMap>(&self, member: &str, map: &mut M) -> Result<(), M::Error> {
        match self {
            Some(value) => map.serialize_entry(member, value),
            None => Ok(()),
        }
    }
}

impl<T: FromJson + Serialize> Field for Vec<T> {
    fn read<const N: usize>(members: &mut Members<'_, N>, paths: &[&'static str]) -> Self {
        members.first(paths).unwrap_or_default()
    }

    fn write<M: SerializeMap>(&self, member: &str, map: &mut M) -> Result<(), M::Error> {
        if self.is_empty() {
            return Ok(());
        }
        map.serialize_entry(member, self)
    }
}

/// What to do with a value that a wrapper has read in a special way.
pub(super) trait FromRead<T> {
    fn from_read(value: Option<T>) -> Self;
}

impl<T> FromRead<T> for Option<T> {
    fn from_read(value: Option<T>) -> Self {
        value
    }
}

/// For wrappers that may yield no value although they were read.
impl<T> FromRead<Option<T>> for Option<T> {
    fn from_read(value: Option<Option<T>>) -> Self {
        value.flatten()
    }
}

impl<T> FromRead<Vec<T>> for Vec<T> {
    fn from_read(value: Option<Self>) -> Self {
        value.unwrap_or_default()
    }
}

/// The table of a struct's fields. Each is read from, and written to, the member of its own name,
/// or the one after `=`; after `or` are more paths to read it from. `as` names a wrapper that reads
/// it in a special way. If a kind is given, the struct is a whole object: it lists what could not
/// be read, and is not read from JSON whose `object` names another kind.
macro_rules! fields {
    (@member $field:ident) => {
        stringify!($field)
    };
    (@member $field:ident $member:literal) => {
        $member
    };
    (@read $members:ident, $paths:expr) => {
        crate::event::object::fields::Field::read(&mut $members, $paths)
    };
    (@read $members:ident, $paths:expr, $reader:ident) => {
        crate::event::object::fields::FromRead::from_read(
            $members.first($paths).map(|$reader(value)| value),
        )
    };
    (
        $object:ident $(: $kind:literal)? {
            $($field:ident $(= $member:literal)? $(or [$($path:literal),*])? $(as $reader:ident)?,)*
        } $(then $normalise:path)?
    ) => {
        impl crate::event::object::read::FromJson for $object {
            $(
                fn set_unreadable(&mut self, paths: crate::event::object::path::Unreadable) {
                    let _: &str = $kind;
                    self.unreadable = paths;
                }
            )?

            fn from_json(json: &crate::event::object::read::Json<'_>) -> Option<Self> {
                use crate::event::object::table;

                const PATHS: &[&str] = &[
                    $(table::object_key($kind),)?
                    $(fields!(@member $field $($member)?), $($($path,)*)?)*
                ];
                static TABLE: table::Table<{ PATHS.len() }> = table::Table::new(PATHS);

                let mut members = json.members(&TABLE)?;
                $(
                    if members.is_other_kind($kind) {
                        return None;
                    }
                )?
                #[allow(unused_mut, reason = "only some are normalised")]
                let mut object = Self {
                    $($field: fields!(
                        @read members, &[fields!(@member $field $($member)?) $($(, $path)*)?]
                        $(, $reader)?
                    ),)*
                    $(unreadable: {
                        let _: &str = $kind;
                        crate::event::object::path::Unreadable::default()
                    },)?
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
                use crate::event::object::fields::Field;
                use serde::ser::SerializeMap;

                let mut map = serializer.serialize_map(None)?;
                $(self.$field.write(fields!(@member $field $($member)?), &mut map)?;)*
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
                let digest = crate::event::object::digest::digest(self);
                let mut debug = f.debug_struct(stringify!($object));
                debug.field("digest", &digest).finish_non_exhaustive()
            }
        }
    };
}
pub(super) use fields;
