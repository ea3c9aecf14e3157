//! What is sent: the body of each delivery.

use std::{
    fs,
    io::{Read, stdin},
    path::Path,
};

use bytes::Bytes;
use tower_loops::EventType;

use super::Arguments;
use crate::{
    edit::{self, Assignment},
    exit::CannotRun,
    fresh,
};

/// Makes the body of each delivery.
pub(super) enum Payload<'a> {
    /// Each delivery is a separate event.
    Fresh(&'a EventType, &'a [Assignment]),
    /// Each delivery has the same bytes.
    Same(Bytes),
}

impl<'a> Payload<'a> {
    pub(super) fn new(arguments: &'a Arguments) -> Result<Self, CannotRun> {
        let fresh = Self::Fresh(&arguments.event_type, &arguments.set);
        match &arguments.payload {
            Some(path) => {
                let mut bytes = read(path)?;
                if !arguments.set.is_empty() {
                    bytes = edit::apply(&bytes, &arguments.set)
                        .map_err(|error| CannotRun::new(format!("{}: {error}", path.display())))?;
                }
                Ok(Self::Same(bytes.into()))
            }
            None => {
                let first = fresh.next()?;
                Ok(if arguments.same_id {
                    Self::Same(first)
                } else {
                    fresh
                })
            }
        }
    }

    pub(super) fn next(&self) -> Result<Bytes, CannotRun> {
        match self {
            Self::Same(bytes) => Ok(bytes.clone()),
            Self::Fresh(event_type, assignments) => {
                let event = fresh::event(event_type);
                let edited = edit::apply(&event, assignments).map_err(CannotRun::new)?;
                Ok(edited.into())
            }
        }
    }
}

/// The content of a file, or of stdin for `-`.
pub(crate) fn read(path: &Path) -> Result<Vec<u8>, CannotRun> {
    let content = if path == Path::new("-") {
        let mut content = Vec::new();
        stdin().lock().read_to_end(&mut content).map(|_| content)
    } else {
        fs::read(path)
    };
    content.map_err(|error| CannotRun::new(format!("cannot read {}: {error}", path.display())))
}

/// The body with its first digit changed; without a digit, longer by a space.
pub(super) fn tampered(body: &[u8]) -> Bytes {
    let mut body = body.to_vec();
    match body.iter_mut().find(|byte| byte.is_ascii_digit()) {
        Some(digit) => *digit ^= 1,
        None => body.push(b' '),
    }
    body.into()
}
