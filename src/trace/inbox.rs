//! What the inbox logs. Errors of handlers are not: they may quote the payload. The inbox keeps
//! them.

use std::{error::Error, time::Duration};

use super::target::TARGET;
use crate::store::{EventKey, StoreError};

pub(crate) fn attempt_succeeded(key: &EventKey, attempt: u32) {
    tracing::info!(target: TARGET, %key, attempt, "Loops event handled");
}

pub(crate) fn attempt_failed(key: &EventKey, attempt: u32, retry_in: Duration) {
    let retry_in = retry_in.as_secs_f64();
    tracing::warn!(target: TARGET, %key, attempt, retry_in, "an attempt to handle a Loops event failed");
}

pub(crate) fn attempt_released(key: &EventKey, attempt: u32) {
    tracing::debug!(target: TARGET, %key, attempt, "a Loops event waits again: the service did not get it");
}

pub(crate) fn event_is_dead(key: &EventKey, attempt: u32) {
    tracing::error!(target: TARGET, %key, attempt, "a Loops event is dead: its last error is in the inbox");
}

pub(crate) fn take_failed(error: &StoreError) {
    let cause = error.source();
    tracing::error!(target: TARGET, %error, cause, "no Loops events could be taken out of the inbox");
}

/// No event has anything to do with this error.
pub(crate) fn service_failed(error: &str) {
    tracing::error!(target: TARGET, error, "the service of an inbox worker fails to be ready for Loops events");
}

pub(crate) fn outcome_not_recorded(key: &EventKey) {
    tracing::error!(target: TARGET, %key, "the outcome of an attempt to handle a Loops event could not be recorded");
}
