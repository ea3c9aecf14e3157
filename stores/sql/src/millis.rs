//! Durations as SQLite takes them.

use std::time::Duration;

/// The last millisecond of the year 9999: the last that SQLite's date functions can show.
const END_OF_TIME: i64 = 253_402_300_799_999;

/// A duration in milliseconds, as the statements for SQLite bind it: rounded up, at least 1, and at
/// most what stands for forever.
#[must_use]
pub fn millis(time: Duration) -> i64 {
    let millis = time.as_nanos().div_ceil(1_000_000);
    i64::try_from(millis).map_or(END_OF_TIME, |millis| millis.clamp(1, END_OF_TIME))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{END_OF_TIME, millis};

    #[test]
    fn durations_are_rounded_up_and_capped() {
        for (time, expected) in [
            (Duration::ZERO, 1),
            (Duration::from_nanos(1), 1),
            (Duration::from_micros(1_001), 2),
            (Duration::from_secs(60), 60_000),
            (Duration::MAX, END_OF_TIME),
        ] {
            assert_eq!(millis(time), expected, "{time:?}");
        }
    }
}
