//! Why a run could not start.

use std::{error::Error, fmt};

use tower_loops::BoxError;

/// Why a run could not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum RunError {
    /// The first connection could not be made.
    Unreachable(String),
    /// The effects could not be counted.
    Effects(BoxError),
}

impl fmt::Display for RunError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unreachable(error) => write!(f, "cannot connect: {error}"),
            Self::Effects(_) => f.write_str("cannot count the effects"),
        }
    }
}

impl Error for RunError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::Unreachable(_) => None,
            Self::Effects(error) => Some(&**error),
        }
    }
}
