//! What an explanation says.

use std::borrow::Cow;

use serde::{Serialize, Serializer, ser::SerializeStruct};

use super::Cause;

/// Why a delivery is not accepted, or that it is.
///
/// It serializes as `{"verdict": "valid" | "invalid", "causes": [{"cause": …, "detail": …}]}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    is_valid: bool,
    findings: Vec<Finding>,
}

impl Explanation {
    pub(super) fn valid(findings: Vec<Finding>) -> Self {
        Self {
            is_valid: true,
            findings,
        }
    }

    pub(super) fn invalid(findings: Vec<Finding>) -> Self {
        Self {
            is_valid: false,
            findings,
        }
    }

    /// Whether a [`Verifier`](crate::Verifier) with the same secrets accepts the delivery.
    #[must_use]
    pub fn is_valid(&self) -> bool {
        self.is_valid
    }

    /// The causes, the most likely first. Not empty if the delivery is not accepted.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }
}

impl Serialize for Explanation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut explanation = serializer.serialize_struct("Explanation", 2)?;
        let verdict = if self.is_valid { "valid" } else { "invalid" };
        explanation.serialize_field("verdict", verdict)?;
        explanation.serialize_field("causes", &self.findings)?;
        explanation.end()
    }
}

/// A cause and its details. It contains nothing of a secret or of the body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    cause: Cause,
    detail: Cow<'static, str>,
}

impl Finding {
    pub(super) fn new(cause: Cause, detail: impl Into<Cow<'static, str>>) -> Self {
        Self {
            cause,
            detail: detail.into(),
        }
    }

    /// The cause.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }

    /// What was seen, and what to do about it: a sentence in English.
    #[must_use]
    pub fn detail(&self) -> &str {
        &self.detail
    }
}
