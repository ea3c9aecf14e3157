//! Reads structs from JSON, each field on its own.

use crate::{
    event::object::{
        path::{Path, Report, Step, Unreadable},
        table::Table,
    },
    json::{self, Malformed, between_quotes, has_escape, unquote},
};

/// One JSON value, its path, and the list of what cannot be read.
pub(crate) struct Json<'a> {
    pub(super) text: &'a str,
    path: Path<'a>,
    report: &'a Report,
}

/// What can be read from a JSON value.
pub(crate) trait FromJson: Sized {
    /// `None` if the value cannot be read. What of its parts cannot be read is reported.
    fn from_json(json: &Json<'_>) -> Option<Self>;

    /// Takes the paths of what could not be read, if this is an outermost object.
    fn set_unreadable(&mut self, _: Unreadable) {}
}

/// Why a whole object is not read.
pub(crate) enum Unread {
    NotAnObject,
    /// What its `object` member says, which is not the kind that was asked for.
    OtherKind(String),
}

/// Reads a whole object from JSON text.
pub(crate) fn read<T: FromJson>(text: &str) -> Result<T, Unread> {
    let text = json::replace_lone_surrogates(text.trim_ascii());
    if !text.starts_with('{') {
        return Err(Unread::NotAnObject);
    }
    let report = Report::default();
    let json = Json {
        text: &text,
        path: Path::ROOT,
        report: &report,
    };
    let Some(mut object) = T::from_json(&json) else {
        return Err(match report.other_kind.take() {
            Some(kind) => Unread::OtherKind(kind),
            None => Unread::NotAnObject,
        });
    };
    object.set_unreadable(report.into_paths());
    Ok(object)
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

    /// Finds the members that the paths of a table begin with. Of several members with one key the
    /// last one counts. `None` if this is not an object.
    pub(super) fn members<const N: usize>(
        &'a self,
        table: &'static Table<N>,
    ) -> Option<Members<'a, N>> {
        let mut values = [None; N];
        if !json::is_empty_array(self.text) {
            json::members(self.text, |key, value| {
                let mut record = |index| values[index] = Some(value);
                let spelled = between_quotes(key).unwrap_or_default();
                if !table.find(spelled, &mut record) && has_escape(spelled) {
                    table.find(&unquote(key).unwrap_or_default(), record);
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

/// The members of an object that a table of fields asks for, in the order of the table.
pub(super) struct Members<'a, const N: usize> {
    json: &'a Json<'a>,
    values: [Option<&'a str>; N],
    next: usize,
}

impl<const N: usize> Members<'_, N> {
    /// Whether the next member of the table, `object`, says that this is of another kind.
    pub(super) fn is_other_kind(&mut self, kind: &str) -> bool {
        let named = self.values.get(self.next).copied().flatten();
        self.next += 1;
        match named.and_then(unquote) {
            Some(named) if named != kind => {
                self.json.report.other_kind.set(Some(named.into_owned()));
                true
            }
            _ => false,
        }
    }

    /// Reads the first of these paths that has a value.
    pub(super) fn first<T: FromJson>(&mut self, paths: &[&'static str]) -> Option<T> {
        let start = self.next;
        self.next += paths.len();
        let values = self.values.get(start..self.next)?;
        paths.iter().zip(values).find_map(|(path, value)| {
            let mut value = (*value)?;
            let mut keys = *path;
            while let Some((_, rest)) = keys.split_once('.') {
                if !value.starts_with('{') {
                    self.report_container(&path[..path.len() - rest.len() - 1], value);
                    return None;
                }
                value = json::last_member(value, rest.split('.').next()?)?;
                keys = rest;
            }
            self.json.read(Step::Key(path), value)
        })
    }

    /// Reports what stands in place of an object with fields. A price or a plan may be its id, and
    /// a list may be bare.
    fn report_container(&self, path: &'static str, value: &str) {
        let may_be_id = path.ends_with("price") || path.ends_with("plan");
        if value != "null" && !may_be_id && !value.starts_with('[') {
            self.json.report(Step::Key(path));
        }
    }
}
