//! The age of the signed time, and the tolerance in both directions.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use testkit::delivery::NOW;
use tower_loops::Rejection;

use crate::{BODY, at, header, verifier};

/// The second and nanosecond after 1970, if a `SystemTime` can hold it.
fn moment(seconds: i64, nanos: u32) -> Option<SystemTime> {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let second = if seconds < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    };
    second?.checked_add(Duration::from_nanos(nanos.into()))
}

/// The age for which a delivery is rejected of which only the time may be wrong; `None` if it is
/// accepted.
fn rejected_age(t: u64, now: SystemTime, tolerance: Option<Duration>) -> Option<i64> {
    let verifier = match tolerance {
        Some(tolerance) => verifier().with_tolerance(tolerance),
        None => verifier(),
    };
    let header = header(&t.to_string(), BODY);
    match &verifier.verify(header.as_bytes(), Bytes::from(BODY), now) {
        Ok(event) => {
            assert_eq!(event.signed_at(), at(t));
            None
        }
        Err(rejection @ Rejection::TimestampOutsideTolerance { age, .. }) => {
            let direction = if *age > 0 { "old" } else { "new" };
            let expected = format!("Webhook timestamp too {direction}");
            assert_eq!(rejection.to_string(), expected);
            Some(*age)
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn the_tolerance_is_inclusive_in_both_directions_and_counts_whole_seconds() {
    const LAST: u32 = 999_999_999;
    const N: i64 = NOW as i64;
    // The tolerance in ms if it is set, seconds and nanoseconds from `t` to now, the rejected age.
    let rows: &[(Option<u64>, i64, u32, Option<i64>)] = &[
        (None, 0, 0, None),
        (None, 300, LAST, None),
        (None, 301, 0, Some(301)),
        (None, -300, 0, None),
        // The clock is cut to seconds first: 300.000000001 seconds away is second -301.
        (None, -301, LAST, Some(-301)),
        (Some(0), 0, LAST, None),
        (Some(0), 1, 0, Some(1)),
        (Some(0), -1, LAST, Some(-1)),
        (Some(500), 0, LAST, None),
        (Some(500), 1, 0, Some(1)),
        (Some(1_500), 1, LAST, None),
        (Some(1_500), 2, 0, Some(2)),
        (Some(1_500), -1, 0, None),
        (Some(1_500), -2, 0, Some(-2)),
        (Some(3_600_000), -3_600, 0, None),
        (Some(3_600_000), 3_601, 0, Some(3_601)),
        // Clocks before 1970 are cut downwards as well.
        (None, -N - 1, 500_000_000, Some(-N - 1)),
        (Some(u64::MAX), -2 * N, 0, None),
    ];
    for &(tolerance, seconds, nanos, age) in rows {
        let now = moment(N + seconds, nanos).unwrap();
        let seen = rejected_age(NOW, now, tolerance.map(Duration::from_millis));
        assert_eq!(seen, age, "{tolerance:?}, {seconds} s + {nanos} ns");
    }
}

#[test]
fn a_time_that_no_clock_can_show_is_too_new_whatever_the_tolerance() {
    // The age saturates only if it does not fit.
    for (t, age) in [(u64::MAX, i64::MIN), (1 << 63, i64::MIN + NOW as i64)] {
        for tolerance in [Duration::ZERO, Duration::MAX] {
            assert_eq!(rejected_age(t, at(NOW), Some(tolerance)), Some(age));
        }
    }
}

#[test]
fn no_clock_no_time_and_no_tolerance_overflows() {
    const MIN: i64 = i64::MIN;
    const MAX: u64 = u64::MAX;
    let near = [-(1 << 40), -1, 0, 1, 1 << 40];
    let far = [MIN, MIN + 1, -(MIN + 2), -(MIN + 1)];
    let numbers = [0, 1, 300, 1 << 40, 1 << 62, MAX >> 1, 1 << 63, MAX - 1, MAX];
    for seconds in near.into_iter().chain(far) {
        let Some(now) = moment(seconds, 0) else {
            continue;
        };
        for (t, tolerance) in numbers.map(|t| numbers.map(|other| (t, other))).concat() {
            let distance = (i128::from(seconds) - i128::from(t)).unsigned_abs();
            let can_be_shown = UNIX_EPOCH.checked_add(Duration::from_secs(t)).is_some();
            let expected = can_be_shown && distance <= u128::from(tolerance);
            let age = rejected_age(t, now, Some(Duration::from_secs(tolerance)));
            let name = format!("t={t}, now={seconds}, tolerance={tolerance}");
            assert_eq!(age.is_none(), expected, "{name}: {age:?}");
        }
    }
}
