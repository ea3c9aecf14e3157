//! How far the signed time may be from now, both ways, and what is said of it when it is further.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use tower_loops::{Rejection, VerifiedEvent};

use crate::{BODY, NOW, SECRET, mac, verifier};

const DEFAULT: Duration = Duration::from_secs(300);
const ACCEPTED: Result<(), (&str, i64)> = Ok(());

const fn too_old(age: i64) -> Result<(), (&'static str, i64)> {
    Err(("Webhook timestamp too old", age))
}

const fn too_new(age: i64) -> Result<(), (&'static str, i64)> {
    Err(("Webhook timestamp too new", age))
}

/// Seconds since 1970 and nanoseconds after them, where a `SystemTime` can hold that.
fn moment(seconds: i64, nanos: u32) -> Option<SystemTime> {
    let distance = Duration::from_secs(seconds.unsigned_abs());
    let whole = if seconds < 0 {
        UNIX_EPOCH.checked_sub(distance)
    } else {
        UNIX_EPOCH.checked_add(distance)
    };
    whole?.checked_add(Duration::from_nanos(nanos.into()))
}

/// Everything but the time is right.
fn verify_at(
    t: u64,
    now: SystemTime,
    tolerance: Option<Duration>,
) -> Result<VerifiedEvent, Rejection> {
    let header = format!("t={t},v1={}", mac(SECRET, &t.to_string(), BODY));
    let verifier = match tolerance {
        Some(tolerance) => verifier().with_tolerance(tolerance),
        None => verifier(),
    };
    verifier.verify(header.as_bytes(), Bytes::from(BODY), now)
}

fn assert_row(
    name: &str,
    result: Result<VerifiedEvent, Rejection>,
    t: u64,
    expected: Result<(), (&str, i64)>,
) {
    match (result, expected) {
        (Ok(event), Ok(())) => {
            assert_eq!(
                event.signed_at(),
                UNIX_EPOCH + Duration::from_secs(t),
                "{name}"
            );
        }
        (Err(rejection), Err((text, expected_age))) => {
            assert_eq!(rejection.to_string(), text, "{name}");
            assert_eq!(rejection.status(), 401, "{name}");
            let Rejection::TimestampOutsideTolerance { age, .. } = rejection else {
                panic!("{name}: {rejection:?}");
            };
            assert_eq!(age, expected_age, "{name}");
        }
        (result, expected) => panic!("{name}: {result:?}, expected {expected:?}"),
    }
}

#[test]
fn the_tolerance_holds_in_both_directions() {
    // From t to now: whole seconds, nanoseconds after them.
    let rows: &[(i64, u32, _)] = &[
        (0, 0, ACCEPTED),
        (1, 0, ACCEPTED),
        (-1, 0, ACCEPTED),
        (299, 0, ACCEPTED),
        (300, 0, ACCEPTED),
        (300, 1, ACCEPTED),
        (300, 999_999_999, ACCEPTED),
        (301, 0, too_old(301)),
        (301, 500_000_000, too_old(301)),
        (86_400, 0, too_old(86_400)),
        (-300, 0, ACCEPTED),
        (-300, 999_999_999, ACCEPTED),
        (-301, 0, too_new(-301)),
        // Cut first: this is second -301, though only 300.000000001 seconds away.
        (-301, 999_999_999, too_new(-301)),
        (-86_400, 0, too_new(-86_400)),
    ];
    for &(seconds, nanos, expected) in rows {
        let now = moment(NOW as i64 + seconds, nanos).unwrap();
        for (setting, tolerance) in [("default", None), ("set", Some(DEFAULT))] {
            let name = format!("now is t + {seconds} s + {nanos} ns, {setting}");
            assert_row(&name, verify_at(NOW, now, tolerance), NOW, expected);
        }
    }
}

#[test]
fn the_tolerance_can_be_anything() {
    let zero = Duration::ZERO;
    let half = Duration::from_millis(500);
    let one_and_a_half = Duration::from_millis(1_500);
    let hour = Duration::from_secs(3_600);
    let forever = Duration::MAX;
    let rows: &[(Duration, i64, u32, _)] = &[
        (zero, 0, 0, ACCEPTED),
        (zero, 0, 999_999_999, ACCEPTED),
        (zero, 1, 0, too_old(1)),
        (zero, -1, 0, too_new(-1)),
        (zero, -1, 999_999_999, too_new(-1)),
        (half, 0, 999_999_999, ACCEPTED),
        (half, 1, 0, too_old(1)),
        (half, -1, 999_999_999, too_new(-1)),
        (one_and_a_half, 1, 999_999_999, ACCEPTED),
        (one_and_a_half, 2, 0, too_old(2)),
        (one_and_a_half, -1, 0, ACCEPTED),
        (one_and_a_half, -2, 0, too_new(-2)),
        (hour, 3_600, 0, ACCEPTED),
        (hour, 3_601, 0, too_old(3_601)),
        (hour, -3_600, 0, ACCEPTED),
        (hour, -3_601, 0, too_new(-3_601)),
        (forever, NOW as i64, 0, ACCEPTED),
        (forever, -(NOW as i64), 0, ACCEPTED),
        (forever, -2 * NOW as i64, 0, ACCEPTED),
    ];
    for &(tolerance, seconds, nanos, expected) in rows {
        let now = moment(NOW as i64 + seconds, nanos).unwrap();
        let name = format!("tolerance {tolerance:?}, now is t + {seconds} s + {nanos} ns");
        assert_row(&name, verify_at(NOW, now, Some(tolerance)), NOW, expected);
    }
}

#[test]
fn a_clock_before_1970_is_a_clock_like_any_other() {
    let rows: &[(u64, i64, u32, _)] = &[
        (0, 0, 0, ACCEPTED),
        (0, 300, 0, ACCEPTED),
        (0, 301, 0, too_old(301)),
        (0, -1, 500_000_000, ACCEPTED),
        (0, -300, 0, ACCEPTED),
        (0, -301, 0, too_new(-301)),
        // Cut downwards here as well: it is second -301 until it is over.
        (0, -301, 500_000_000, too_new(-301)),
        (1, -300, 0, too_new(-301)),
        (NOW, -1, 0, too_new(-1 - NOW as i64)),
    ];
    for &(t, seconds, nanos, expected) in rows {
        let now = moment(seconds, nanos).unwrap();
        let name = format!("t={t}, now is {seconds} s + {nanos} ns");
        assert_row(&name, verify_at(t, now, None), t, expected);
    }
}

#[test]
fn a_time_that_no_clock_can_show_is_too_new_whatever_the_tolerance() {
    let now = moment(NOW as i64, 0).unwrap();
    let rows = [(u64::MAX, i64::MIN), (u64::MAX - 1, i64::MIN)];
    for (t, age) in rows {
        for tolerance in [Duration::ZERO, DEFAULT, Duration::MAX] {
            let name = format!("t={t}, tolerance {tolerance:?}");
            assert_row(&name, verify_at(t, now, Some(tolerance)), t, too_new(age));
        }
    }
    // The age is cut only where it does not fit.
    let t = 1 << 63;
    let age = i64::MIN + NOW as i64;
    assert_row("t=2^63", verify_at(t, now, None), t, too_new(age));
}

#[cfg(unix)]
#[test]
fn the_last_second_of_a_unix_clock_is_a_time_and_the_next_is_none() {
    let (last, next) = (i64::MAX as u64, i64::MAX as u64 + 1);
    let at_last = moment(i64::MAX, 0).unwrap();
    assert_row("at it", verify_at(last, at_last, None), last, ACCEPTED);
    assert_row(
        "one later",
        verify_at(next, at_last, None),
        next,
        too_new(-1),
    );

    let now = moment(NOW as i64, 0).unwrap();
    let far = verify_at(last, now, Some(Duration::MAX));
    assert_row("from now", far, last, ACCEPTED);
    let refused = verify_at(next, now, Some(Duration::MAX));
    assert_row("past it", refused, next, too_new(i64::MIN + NOW as i64));
}

#[test]
fn no_clock_no_time_and_no_tolerance_overflows() {
    let clocks = [
        i64::MIN,
        i64::MIN + 1,
        -(1 << 40),
        -1,
        0,
        1,
        1 << 40,
        i64::MAX - 1,
        i64::MAX,
    ];
    let times = [
        0,
        1,
        1 << 40,
        1 << 62,
        i64::MAX as u64,
        1 << 63,
        u64::MAX - 1,
        u64::MAX,
    ];
    let tolerances = [
        0,
        1,
        300,
        1 << 62,
        i64::MAX as u64,
        1 << 63,
        u64::MAX - 1,
        u64::MAX,
    ];
    let mut accepted = 0;
    for seconds in clocks {
        let Some(now) = moment(seconds, 0) else {
            continue;
        };
        for t in times {
            for tolerance in tolerances {
                let distance = (i128::from(seconds) - i128::from(t)).unsigned_abs();
                let can_be_shown = UNIX_EPOCH.checked_add(Duration::from_secs(t)).is_some();
                let expected = can_be_shown && distance <= u128::from(tolerance);
                let seen = verify_at(t, now, Some(Duration::from_secs(tolerance)));
                let name = format!("t={t}, now={seconds}, tolerance={tolerance}");
                assert_eq!(seen.is_ok(), expected, "{name}: {seen:?}");
                accepted += usize::from(expected);
            }
        }
    }
    assert!(accepted > 0, "the table has rows of both kinds");
}
