//! What the setters of the layer change.

use std::{sync::Arc, time::Duration};

use http::StatusCode;

use super::store::{EventKey, Retention};

/// The shortest lease of a layer: the store must answer within a third of the lease.
pub(super) const MIN_LEASE: Duration = Duration::from_secs(1);

#[derive(Clone, Debug)]
pub(super) struct Config {
    /// Bounded, as the namespace of a key is.
    pub(super) namespace: Arc<str>,
    pub(super) lease: Duration,
    pub(super) max_hold: Duration,
    pub(super) retention: Retention,
    pub(super) store_timeout: Duration,
    pub(super) in_flight_status: StatusCode,
    pub(super) fail_open: bool,
    pub(super) detached: bool,
}

impl Config {
    /// The lease of a claim, which is never longer than an event may be held.
    pub(super) fn claim_lease(&self) -> Duration {
        self.lease.min(self.max_hold)
    }

    /// The limit of one store call: the lease counts from the start of the claim, so the claim must
    /// end well before the lease does.
    pub(super) fn call_limit(&self) -> Duration {
        self.store_timeout.min(self.claim_lease() / 3)
    }
}

impl Default for Config {
    fn default() -> Self {
        Self {
            namespace: EventKey::bounded_namespace("default"),
            lease: Duration::from_secs(60),
            max_hold: Duration::from_secs(15 * 60),
            retention: Retention::For(Duration::from_secs(30 * 24 * 60 * 60)),
            store_timeout: Duration::from_secs(2),
            in_flight_status: StatusCode::CONFLICT,
            fail_open: false,
            detached: true,
        }
    }
}
