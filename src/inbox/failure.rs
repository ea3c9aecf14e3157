//! Why an attempt failed.

use std::{error::Error, io};

use crate::inbox::permanent::{Marked, Permanent};

/// The longest error text that is kept, in bytes.
const MAX_TEXT: usize = 1024;

/// How many sources of an error are looked at.
const MAX_SOURCES: usize = 100;

/// A failure, as a queue keeps it.
pub(super) struct Failure {
    pub(super) text: String,
    pub(super) is_permanent: bool,
}

impl Failure {
    /// Of an error of the service: the texts of the error and its sources.
    pub(super) fn of(error: &(dyn Error + 'static)) -> Self {
        let (mut text, mut is_permanent) = (String::new(), false);
        let mut next = Some(error);
        for _ in 0..MAX_SOURCES {
            let Some(mut error) = next else { break };
            // An `io::Error` shows the text of the error inside it, but its `source()` skips that
            // error.
            while let Some(inner) = error.downcast_ref().and_then(io::Error::get_ref) {
                error = inner;
            }
            is_permanent |= error.is::<Permanent>() || error.is::<Marked>();
            if text.len() < MAX_TEXT {
                if !text.is_empty() {
                    text.push_str(": ");
                }
                text.push_str(&error.to_string());
            }
            next = error.source();
        }
        Self {
            text: bounded(text),
            is_permanent,
        }
    }

    pub(super) fn panicked() -> Self {
        Self {
            text: "the handler panicked".to_owned(),
            is_permanent: false,
        }
    }

    pub(super) fn permanent(text: impl Into<String>) -> Self {
        Self {
            text: bounded(text.into()),
            is_permanent: true,
        }
    }
}

/// PostgreSQL cannot hold NUL in a text.
fn bounded(text: String) -> String {
    let mut text = text.replace('\0', "\u{fffd}");
    let mut end = text.len().min(MAX_TEXT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}
