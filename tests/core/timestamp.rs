//! The age of the signed time, and the tolerance in both directions.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use testkit::delivery::NOW;
use tower_loops::{Rejection, VerifiedEvent};

use crate::{BODY, header, verifier};

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

/// Verifies a delivery of which only the time may be wrong.
fn verify(
    t: u64,
    now: SystemTime,
    tolerance: Option<Duration>,
) -> Result<VerifiedEvent, Rejection> {
    let verifier = match tolerance {
        Some(tolerance) => verifier().with_tolerance(tolerance),
        None => verifier(),
    };
    let header = header(&t.to_string(), BODY);
    verifier.verify(header.as_bytes(), Bytes::from(BODY), now)
}

/// Expects acceptance, or a rejection with this age.
fn assert_age(name: &str, t: u64, result: Result<VerifiedEvent, Rejection>, expected: Option<i64>) {
    match result {
        Ok(event) => {
            assert_eq!(expected, None, "{name}");
            let seen = event.signed_at();
            assert_eq!(seen, UNIX_EPOCH + Duration::from_secs(t), "{name}");
        }
        Err(Rejection::TimestampOutsideTolerance { age, .. }) => {
            assert_eq!(Some(age), expected, "{name}");
        }
        Err(other) => panic!("{name}: {other:?}"),
    }
}

#[test]
fn the_tolerance_is_inclusive_in_both_directions_and_counts_whole_seconds() {
    const LAST: u32 = 999_999_999;
    const N: i64 = NOW as i64;
    // The tolerance in ms if it is set, seconds and nanoseconds from `t` to now, the rejected age.
    let rows: &[(Option<u64>, i64, u32, Option<i64>)] = &[
        (None, 0, 0, None),
        (None, 300, 0, None),
        (None, 300, LAST, None),
        (None, 301, 0, Some(301)),
        (None, 301, LAST, Some(301)),
        (None, 86_400, 0, Some(86_400)),
        (None, -300, 0, None),
        (None, -300, LAST, None),
        (None, -301, 0, Some(-301)),
        // The clock is cut to seconds first, so this is second -301, although only 300.000000001
        // seconds away.
        (None, -301, LAST, Some(-301)),
        (None, -86_400, 0, Some(-86_400)),
        (Some(300_000), 300, LAST, None),
        (Some(300_000), 301, 0, Some(301)),
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
        let result = verify(NOW, now, tolerance.map(Duration::from_millis));
        let name = format!("{tolerance:?}, {seconds} s + {nanos} ns");
        if let Err(rejection) = &result {
            let expected = if seconds > 0 { "old" } else { "new" };
            let seen = rejection.to_string();
            assert_eq!(seen, format!("Webhook timestamp too {expected}"), "{name}");
        }
        assert_age(&name, NOW, result, age);
    }
    for (seconds, nanos, age) in [(-300, 0, None), (-301, LAST, Some(-301))] {
        let result = verify(0, moment(seconds, nanos).unwrap(), None);
        assert_age("t=0", 0, result, age);
    }
}

#[test]
fn a_time_that_no_clock_can_show_is_too_new_whatever_the_tolerance() {
    let now = moment(NOW as i64, 0).unwrap();
    // The age saturates only if it does not fit.
    for (t, age) in [(u64::MAX, i64::MIN), (1 << 63, i64::MIN + NOW as i64)] {
        for tolerance in [Duration::ZERO, Duration::MAX] {
            assert_age("too new", t, verify(t, now, Some(tolerance)), Some(age));
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
    let mut accepted = 0;
    for (seconds, now) in near
        .into_iter()
        .chain(far)
        .filter_map(|s| Some((s, moment(s, 0)?)))
    {
        for t in numbers {
            for tolerance in numbers {
                let distance = (i128::from(seconds) - i128::from(t)).unsigned_abs();
                let can_be_shown = UNIX_EPOCH.checked_add(Duration::from_secs(t)).is_some();
                let expected = can_be_shown && distance <= u128::from(tolerance);
                let result = verify(t, now, Some(Duration::from_secs(tolerance)));
                let name = format!("t={t}, now={seconds}, tolerance={tolerance}");
                assert_eq!(result.is_ok(), expected, "{name}: {result:?}");
                accepted += usize::from(expected);
            }
        }
    }
    assert!(accepted > 0, "the table has rows of both kinds");
}
