//! Durations as PostgreSQL and MySQL take them.

use std::time::Duration;

/// A duration in seconds, as the statements for PostgreSQL and MySQL bind it: at least a
/// millisecond, and `None` (`NULL`, forever) from a thousand years on.
#[must_use]
pub fn seconds(time: Duration) -> Option<f64> {
    const THOUSAND_YEARS: Duration = Duration::from_secs(1_000 * 31_557_600);
    (time < THOUSAND_YEARS).then(|| time.max(Duration::from_millis(1)).as_secs_f64())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::seconds;

    #[test]
    fn short_durations_hold_and_long_ones_never_end() {
        assert_eq!(seconds(Duration::ZERO), Some(0.001));
        assert_eq!(seconds(Duration::from_millis(1_500)), Some(1.5));
        assert_eq!(seconds(Duration::MAX), None);
    }
}
