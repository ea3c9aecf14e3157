//! Durations as the database holds them.

use std::time::{Duration, Instant};

use tower_loops::idempotency::Retention;

/// The last millisecond of the year 9999: the last that SQLite's date functions can show. No entry ends later.
const END_OF_TIME_MS: i64 = 253_402_300_799_999;

/// When a timeout that begins now is over. A week stands for longer ones.
pub(crate) fn deadline_after(timeout: Duration) -> Instant {
    const WEEK: Duration = Duration::from_secs(7 * 24 * 60 * 60);
    Instant::now() + timeout.min(WEEK)
}

/// In whole milliseconds, rounded up, and never more than the database can hold.
pub(crate) fn millis(time: Duration) -> i64 {
    let millis = time.as_nanos().div_ceil(1_000_000);
    i64::try_from(millis).map_or(END_OF_TIME_MS, |millis| millis.min(END_OF_TIME_MS))
}

/// As [`millis`], at least one: a lease holds.
pub(crate) fn lease_millis(lease: Duration) -> i64 {
    millis(lease).max(1)
}

/// How long an event is remembered.
pub(crate) fn retention_millis(retention: Retention) -> i64 {
    match retention {
        Retention::For(time) => millis(time),
        Retention::Forever => END_OF_TIME_MS,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_rounded_up_and_capped() {
        for (time, expected) in [
            (Duration::ZERO, 0),
            (Duration::from_nanos(1), 1),
            (Duration::from_millis(1), 1),
            (Duration::from_micros(1001), 2),
            (Duration::from_secs(60), 60_000),
            (Duration::MAX, END_OF_TIME_MS),
        ] {
            assert_eq!(millis(time), expected, "{time:?}");
        }
        assert_eq!(lease_millis(Duration::ZERO), 1);
        assert_eq!(retention_millis(Retention::Forever), END_OF_TIME_MS);
    }
}
