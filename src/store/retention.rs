//! How long a store remembers.

use std::time::Duration;

/// How long an event stays done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retention {
    /// For this long after its completion.
    For(Duration),
    /// For as long as the store exists.
    Forever,
}

impl From<Duration> for Retention {
    fn from(time: Duration) -> Self {
        Self::For(time)
    }
}
