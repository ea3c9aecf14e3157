//! The timestamp check, in whole seconds.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The maximum distance between `t` and the verifier's clock, from Loops' guide.
pub(super) const DEFAULT_TOLERANCE: Duration = Duration::from_secs(300);

/// The time of `t`, if it is within `tolerance` of `now` in either direction, inclusive.
///
/// Otherwise the age of `t` in seconds, negative if `t` is in the future, clamped to an `i64`. A
/// `t` that no [`SystemTime`] can hold is outside any tolerance.
pub(super) fn check_timestamp(
    t: u64,
    now: SystemTime,
    tolerance: Duration,
) -> Result<SystemTime, i64> {
    let age = unix_seconds(now) - i128::from(t);
    let distance = u64::try_from(age.unsigned_abs()).unwrap_or(u64::MAX);
    match UNIX_EPOCH.checked_add(Duration::from_secs(t)) {
        Some(signed_at) if Duration::from_secs(distance) <= tolerance => Ok(signed_at),
        _ => Err(age.clamp(i64::MIN.into(), i64::MAX.into()) as i64),
    }
}

/// Whole seconds since 1970, rounded down before 1970 as well.
fn unix_seconds(time: SystemTime) -> i128 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i128::from(after.as_secs()),
        Err(before) => {
            let before = before.duration();
            -i128::from(before.as_secs()) - i128::from(before.subsec_nanos() > 0)
        }
    }
}
