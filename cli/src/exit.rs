//! How a command ends.

use std::{fmt, process::ExitCode};

use tower_loops::SecretError;

use crate::output;

/// What a command that ran found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    Success,
    /// A check failed or a delivery was rejected.
    Failure,
}

impl Outcome {
    pub(crate) fn success_if(condition: bool) -> Self {
        if condition {
            Self::Success
        } else {
            Self::Failure
        }
    }
}

/// Why a command could not run, or not to its end, and what to do about it.
#[derive(Debug)]
pub(crate) struct CannotRun(String);

impl CannotRun {
    pub(crate) fn new(message: impl fmt::Display) -> Self {
        Self(message.to_string())
    }
}

impl From<SecretError> for CannotRun {
    fn from(error: SecretError) -> Self {
        let hint = match error {
            SecretError::UnsetVariable { .. } => {
                ": set it, name another one with --secret-env, or use --secret-file"
            }
            _ => "",
        };
        Self(format!("{error}{hint}"))
    }
}

pub(crate) fn code(result: Result<Outcome, CannotRun>) -> ExitCode {
    match result {
        Ok(Outcome::Success) => ExitCode::SUCCESS,
        Ok(Outcome::Failure) => ExitCode::FAILURE,
        Err(CannotRun(message)) => {
            output::error(&message);
            ExitCode::from(2)
        }
    }
}
