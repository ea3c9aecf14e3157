//! Why an operation of a store failed.

use std::{borrow::Cow, error::Error, fmt};

use crate::box_error::BoxError;

/// The error of a store or an inbox: a [kind](Self::kind), the cause (`source()`),
/// and whether the operation [may have happened](Self::may_have_taken_effect) nevertheless.
///
/// ```
/// use tower_loops::idempotency::{StoreError, StoreErrorKind};
///
/// # let cause = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
/// // The request was never sent, so nothing can have changed.
/// let error = StoreError::new(StoreErrorKind::Unavailable, cause)
///     .with_advice("the database is not listening: check its address")
///     .without_effect();
/// assert!(!error.may_have_taken_effect());
/// ```
#[derive(Debug)]
pub struct StoreError {
    kind: StoreErrorKind,
    source: BoxError,
    may_have_taken_effect: bool,
}

/// The kind of a [`StoreError`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The engine cannot be reached or does not answer. It may recover without help.
    Unavailable,
    /// The storage is full.
    Full,
    /// The engine is there, but not set up as required (a missing table, a wrong type). An operator
    /// must fix it.
    Misconfigured,
    /// Anything else.
    Other,
}

impl StoreError {
    /// An error of a kind, with its cause. The operation may have taken effect, unless the error is
    /// marked [`without_effect`](Self::without_effect).
    #[must_use]
    pub fn new(kind: StoreErrorKind, source: impl Into<BoxError>) -> Self {
        Self {
            kind,
            source: source.into(),
            may_have_taken_effect: true,
        }
    }

    /// Puts advice for the operator in front of the cause: `source()` then displays as `advice
    /// (cause)`, and its own `source()` is the cause.
    #[must_use]
    pub fn with_advice(self, advice: impl Into<Cow<'static, str>>) -> Self {
        let (advice, cause) = (advice.into(), self.source);
        Self {
            source: Advised { advice, cause }.into(),
            ..self
        }
    }

    /// Marks an operation that changed nothing and never will: the request was not sent, or the
    /// engine rejected it.
    ///
    /// After a failed claim [`IdempotencyLayer`](crate::idempotency::IdempotencyLayer) releases the
    /// event in the background, because the claim may have been made although its answer was lost.
    /// Of a claim with this mark there is nothing to release. Leave the mark out in any doubt:
    /// after a timeout, or when a connection breaks after the request was sent.
    #[must_use]
    pub fn without_effect(self) -> Self {
        Self {
            may_have_taken_effect: false,
            ..self
        }
    }

    /// The kind of this error.
    #[must_use]
    pub fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    /// Whether the operation may have changed the store, or may change it later. Default: `true`.
    #[must_use]
    pub fn may_have_taken_effect(&self) -> bool {
        self.may_have_taken_effect
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            StoreErrorKind::Unavailable => "the event store cannot be reached",
            StoreErrorKind::Full => "the event store is full",
            StoreErrorKind::Misconfigured => "the event store is not set up as it must be",
            StoreErrorKind::Other => "the event store failed",
        })
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.source)
    }
}

#[derive(Debug)]
struct Advised {
    advice: Cow<'static, str>,
    cause: BoxError,
}

impl fmt::Display for Advised {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.advice, self.cause)
    }
}

impl Error for Advised {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}
