//! With the feature `tracing`.

use std::time::SystemTime;

use crate::{Rejection, VerifiedEvent};

pub(crate) fn verified(event: &VerifiedEvent, now: SystemTime) {
    // Negative where the sender's clock is ahead.
    let age_seconds = match now.duration_since(event.signed_at()) {
        Ok(age) => age.as_secs_f64(),
        Err(ahead) => -ahead.duration().as_secs_f64(),
    };
    tracing::info!(
        id = event.id(),
        r#type = event.event_type().as_str(),
        age_seconds,
        "Loops event verified"
    );
}

pub(crate) fn refused(rejection: &Rejection) {
    tracing::debug!(reason = %rejection, "Loops delivery refused");
}

#[cfg(feature = "idempotency")]
pub(crate) use idempotency::*;

#[cfg(feature = "idempotency")]
mod idempotency {
    use std::error::Error;

    use tracing::{Instrument, instrument::Instrumented};

    use crate::idempotency::{EventKey, StoreError};

    /// A task of its own stays in the span of the request that it is for.
    pub(crate) fn in_current_span<F>(future: F) -> Instrumented<F> {
        future.in_current_span()
    }

    pub(crate) fn delivery(key: &EventKey, outcome: &'static str) {
        tracing::info!(%key, outcome, "Loops event delivered");
    }

    pub(crate) fn delivery_failed(key: &EventKey, outcome: &'static str) {
        tracing::warn!(%key, outcome, "Loops event released for another delivery");
    }

    pub(crate) fn lease_lost(key: &EventKey) {
        tracing::warn!(%key, "the lease on a Loops event ran out while it was handled");
    }

    pub(crate) fn held_too_long(key: &EventKey) {
        tracing::warn!(%key, "a Loops event is held no longer, though its handler still runs");
    }

    pub(crate) fn store_failed(key: &EventKey, operation: &'static str, error: &StoreError) {
        let cause = error.source();
        tracing::error!(%key, operation, %error, cause, "the event store failed");
    }

    pub(crate) fn purge_failed(error: &StoreError) {
        let cause = error.source();
        tracing::warn!(%error, cause, "expired events could not be purged");
    }

    pub(crate) fn success_not_recorded(key: &EventKey) {
        tracing::error!(%key, "a Loops event was handled, and this could not be recorded");
    }

    pub(crate) fn too_many_unrecorded(key: &EventKey) {
        tracing::error!(%key, "too many Loops events wait for the event store to record them");
    }

    pub(crate) fn no_verified_event() {
        tracing::error!(
            "an IdempotencyLayer got a request without a VerifiedEvent: there is no LoopsSignatureLayer around it"
        );
    }
}
