//! Why there is no usable secret.

use std::{error::Error, fmt, io, path::PathBuf};

/// Why there is no usable [`Secret`](crate::Secret): an error of the configuration, to be shown at
/// startup.
///
/// `Debug` is the same text as `Display`, so that a `main` that returns the error prints it
/// readably. Neither contains the value.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretError {
    /// The secret is empty.
    Empty,
    /// The environment variable is not set.
    #[non_exhaustive]
    UnsetVariable {
        /// The name of the variable.
        variable: String,
    },
    /// The file cannot be read.
    #[non_exhaustive]
    UnreadableFile {
        /// The path of the file.
        path: PathBuf,
        /// Why it cannot be read.
        kind: io::ErrorKind,
    },
    /// The value cannot be a secret.
    #[non_exhaustive]
    Implausible {
        /// Where the value comes from.
        origin: SecretOrigin,
        /// What is wrong with it.
        problem: SecretProblem,
    },
}

/// Where a rejected secret comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SecretOrigin {
    /// An environment variable, by its name.
    Variable(String),
    /// A file, by its path.
    File(PathBuf),
    /// A value that was converted or deserialized.
    Value,
}

/// Why a value cannot be a secret. Each is the trace of a mistake that would make every signature
/// wrong, or let anyone sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SecretProblem {
    /// It is empty.
    Empty,
    /// It begins with a byte-order mark: a file saved by an editor that adds one.
    ByteOrderMark,
    /// It begins or ends with white space: a line break copied with the secret.
    SurroundingWhitespace,
    /// It begins or ends with a quote: an env file whose reader keeps them, or half of a copy.
    Quoted,
    /// It contains `${`: a template that nobody expanded.
    UnexpandedVariable,
    /// It contains an invisible character of no width, as copies from web pages do.
    ZeroWidthCharacter,
    /// It contains a control character, a line break for example.
    ControlCharacter,
}

impl SecretProblem {
    pub(super) fn of(secret: &[u8]) -> Option<Self> {
        // What is not UTF-8 is checked for ASCII mistakes.
        let lossy = String::from_utf8_lossy(secret);
        let text = zeroize::Zeroizing::new(lossy.into_owned());
        let quoted = |quote| text.starts_with(quote) || text.ends_with(quote);
        if text.is_empty() {
            Some(Self::Empty)
        } else if text.contains('\u{feff}') {
            Some(Self::ByteOrderMark)
        } else if *text != text.trim() {
            Some(Self::SurroundingWhitespace)
        } else if ['"', '\'', '`'].into_iter().any(quoted) {
            Some(Self::Quoted)
        } else if text.contains("${") {
            Some(Self::UnexpandedVariable)
        } else if text.contains(is_zero_width) {
            Some(Self::ZeroWidthCharacter)
        } else if text.contains(char::is_control) {
            Some(Self::ControlCharacter)
        } else {
            None
        }
    }

    fn text(self) -> &'static str {
        match self {
            Self::Empty => "is empty",
            Self::ByteOrderMark => "contains a byte-order mark",
            Self::SurroundingWhitespace => "begins or ends with white space",
            Self::Quoted => "is in quotes, or has a quote at one end",
            Self::UnexpandedVariable => "contains an unexpanded variable, `${`",
            Self::ZeroWidthCharacter => "contains an invisible character",
            Self::ControlCharacter => "contains a line break or another control character",
        }
    }
}

/// Zero-width spaces and joiners, word joiners, direction marks and soft hyphens.
fn is_zero_width(char: char) -> bool {
    matches!(char, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}')
}

impl fmt::Display for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const HINT: &str = "the webhook's secret from the Loops dashboard";
        match self {
            Self::Empty => f.write_str("the webhook secret is empty"),
            Self::UnsetVariable { variable } => {
                write!(
                    f,
                    "the environment variable {variable} is not set: set it to {HINT}"
                )
            }
            Self::UnreadableFile { path, kind } => {
                let path = path.display();
                write!(
                    f,
                    "the secret file {path} cannot be read ({kind}): write {HINT} into it"
                )
            }
            Self::Implausible { origin, problem } => {
                let problem = problem.text();
                write!(f, "{origin} {problem}: use {HINT}, exactly as it is there")
            }
        }
    }
}

impl fmt::Display for SecretOrigin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Variable(variable) => write!(f, "the environment variable {variable}"),
            Self::File(path) => write!(f, "the secret file {}", path.display()),
            Self::Value => f.write_str("the webhook secret"),
        }
    }
}

impl fmt::Debug for SecretError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Error for SecretError {}
