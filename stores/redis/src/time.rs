//! Durations as Redis takes them.

use std::time::Duration;

use tower_loops::idempotency::Retention;

/// About 285,000 years. The scripts' numbers are exact up to here, and Redis takes no expiry that
/// overflows its clock.
const LONGEST_MILLIS: u128 = 1 << 53;

/// The argument of a script: whole milliseconds, rounded up, at least one; empty for a time without
/// an end.
pub(crate) fn expiry(time: Duration) -> String {
    let millis = time.as_nanos().div_ceil(1_000_000).max(1);
    if millis > LONGEST_MILLIS {
        String::new()
    } else {
        millis.to_string()
    }
}

pub(crate) fn retention_expiry(retention: Retention) -> String {
    match retention {
        Retention::For(time) => expiry(time),
        Retention::Forever => String::new(),
    }
}

/// The reply of `PTTL` for an existing key. Below zero, the key does not expire.
pub(crate) fn remaining(pttl: i64) -> Duration {
    u64::try_from(pttl).map_or(Duration::MAX, Duration::from_millis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_become_whole_milliseconds() {
        let longest = Duration::from_millis(1 << 53);
        let rows = [
            ("zero", Duration::ZERO, "1"),
            ("a nanosecond", Duration::from_nanos(1), "1"),
            ("a millisecond", Duration::from_millis(1), "1"),
            ("and a half", Duration::from_micros(1_500), "2"),
            ("a minute", Duration::from_secs(60), "60000"),
            ("the longest", longest, "9007199254740992"),
            ("longer", longest + Duration::from_nanos(1), ""),
            ("all time", Duration::MAX, ""),
        ];
        for (name, time, argument) in rows {
            assert_eq!(expiry(time), argument, "{name}");
        }
    }

    #[test]
    fn a_key_without_an_end_is_held_for_all_time() {
        assert_eq!(remaining(-1), Duration::MAX);
        assert_eq!(remaining(0), Duration::ZERO);
        assert_eq!(remaining(1_500), Duration::from_millis(1_500));
    }
}
