//! What the suite reports.

use serde::Serialize;

use crate::concern::Concern;

/// The result of one check. As JSON: one object with these members, without `advice`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CheckResult {
    /// The name of the check, unique in the suite.
    pub check: &'static str,
    /// The concern of the check.
    pub concern: Concern,
    /// What was sent.
    pub sent: &'static str,
    /// What must happen.
    pub expected: &'static str,
    /// What happened. One line, without control characters; at most a part of the response.
    pub got: String,
    /// Whether that is right.
    pub verdict: Verdict,
    /// Why it matters.
    pub why: &'static str,
    /// What to do if the check fails.
    #[serde(skip)]
    pub advice: &'static str,
}

/// How a check ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// The receiver does what it must.
    Pass,
    /// The receiver lets a forgery in, loses a genuine delivery, or can be harmed.
    Fail,
    /// Nothing can be said: `got` says why.
    Skipped,
}

/// How many checks ended how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// Checks that passed.
    pub passed: usize,
    /// Checks that failed.
    pub failed: usize,
    /// Checks that were skipped.
    pub skipped: usize,
    /// How many of the skipped checks the run had no time for. Not a member of the JSON.
    #[serde(skip)]
    pub out_of_time: usize,
}

impl Summary {
    /// Whether no check failed. A run that was [out of time](Self::out_of_time) can succeed.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.failed == 0
    }

    pub(crate) fn count(&mut self, verdict: Verdict) {
        match verdict {
            Verdict::Pass => self.passed += 1,
            Verdict::Fail => self.failed += 1,
            Verdict::Skipped => self.skipped += 1,
        }
    }
}
