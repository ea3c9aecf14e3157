//! What the setters of a worker change.

use std::time::Duration;

/// The limit of one store call.
pub(super) const STORE_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub(super) struct Config {
    pub(super) concurrency: usize,
    pub(super) lease: Duration,
    pub(super) max_attempts: u32,
    pub(super) first_pause: Duration,
    pub(super) longest_pause: Duration,
    pub(super) poll_interval: Duration,
}

impl Config {
    /// The limit of one store call: two fit into a third of the lease.
    pub(super) fn call_limit(&self) -> Duration {
        STORE_TIMEOUT.min(self.lease / 6)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            concurrency: 16,
            lease: Duration::from_secs(60),
            max_attempts: 20,
            first_pause: Duration::from_secs(1),
            longest_pause: Duration::from_secs(60 * 60),
            poll_interval: Duration::from_secs(1),
        }
    }
}
