//! What the idempotency layer and the inbox log.

use std::error::Error;

use super::target::TARGET;
use crate::store::{EventKey, StoreError};

pub(crate) fn delivery(key: &EventKey, outcome: &'static str) {
    tracing::info!(target: TARGET, %key, outcome, "Loops event delivered");
}

pub(crate) fn lease_lost(key: &EventKey) {
    tracing::warn!(target: TARGET, %key, "the lease on a Loops event ran out while it was handled");
}

pub(crate) fn store_failed(key: &EventKey, operation: &'static str, error: &StoreError) {
    let cause = error.source();
    tracing::error!(target: TARGET, %key, operation, %error, cause, "the event store failed");
}

pub(crate) fn purge_failed(error: &StoreError) {
    let cause = error.source();
    tracing::warn!(target: TARGET, %error, cause, "expired events could not be purged");
}

pub(crate) fn no_verified_event(service: &'static str) {
    tracing::error!(target: TARGET,
        "{service} got a request without a VerifiedEvent: there is no LoopsSignatureLayer around it"
    );
}
