//! How to repeat a statement that failed because of others.

use std::{collections::hash_map::RandomState, hash::BuildHasher, time::Duration};

/// The pause before a statement is repeated after this many attempts that failed on conflicts
/// (serialization failures, deadlocks).
///
/// Its limit doubles from 2 ms to 256 ms. It is cut to a random length, so that what collided does
/// not collide again.
#[must_use]
pub fn conflict_pause(attempts: u32) -> Duration {
    // Each `RandomState` has other keys, so its hashes are random enough.
    let random = RandomState::new().hash_one(());
    Duration::from_micros(random % (1_000 << attempts.min(8)))
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, time::Duration};

    use super::conflict_pause;

    #[test]
    fn pauses_are_bounded_and_differ() {
        for attempts in [0, 1, 8, u32::MAX] {
            let pauses: HashSet<_> = (0..100).map(|_| conflict_pause(attempts)).collect();
            let limit = Duration::from_millis(1 << attempts.min(8));
            assert!(pauses.iter().all(|&pause| pause < limit), "{attempts}");
            assert!(pauses.len() > 50, "{attempts}: {pauses:?}");
        }
    }
}
