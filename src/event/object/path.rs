//! The path of a value in an object, and the list of unreadable paths.

use std::{
    cell::{Cell, RefCell},
    fmt,
    hash::{Hash, Hasher},
};

/// The most paths that are kept: the payload decides how many there could be.
const MAX_PATHS: usize = 100;

/// Where a value stands. Written as text only if it cannot be read.
#[derive(Clone, Copy)]
pub(crate) struct Path<'a> {
    pub(super) parent: Option<&'a Path<'a>>,
    pub(super) step: Step,
}

#[derive(Clone, Copy)]
pub(crate) enum Step {
    /// A known key, or several with full stops between.
    Key(&'static str),
    Index(usize),
    /// Some entry of a map. Its key is payload, and is not shown.
    Entry,
}

impl Path<'_> {
    pub(super) const ROOT: Path<'static> = Path {
        parent: None,
        step: Step::Key("data.object"),
    };
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(f)?;
        }
        match (self.step, self.parent) {
            (Step::Key(key), None) => f.write_str(key),
            (Step::Key(key), Some(_)) => write!(f, ".{key}"),
            (Step::Index(index), _) => write!(f, "[{index}]"),
            (Step::Entry, _) => f.write_str(".*"),
        }
    }
}

/// Collects the paths of what cannot be read.
#[derive(Default)]
pub(crate) struct Report {
    paths: RefCell<Vec<String>>,
    /// Whether there was a list of more entries than are read.
    pub(super) is_cut: Cell<bool>,
    /// What a whole object says it is, if it was to be read as another kind.
    pub(super) other_kind: Cell<Option<String>>,
}

impl Report {
    pub(super) fn push(&self, path: &Path<'_>) {
        let mut paths = self.paths.borrow_mut();
        if paths.len() < MAX_PATHS {
            let path = path.to_string();
            // Several fields may be looked for in one value.
            if !paths.contains(&path) {
                paths.push(path);
            }
        }
    }

    pub(super) fn into_paths(self) -> Unreadable {
        Unreadable(self.paths.into_inner())
    }
}

/// The paths of what could not be read of an object. They describe the JSON it was read from, not
/// its value: they are not compared, hashed or written.
#[derive(Clone, Default)]
pub(crate) struct Unreadable(pub(super) Vec<String>);

impl PartialEq for Unreadable {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Unreadable {}

impl Hash for Unreadable {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
