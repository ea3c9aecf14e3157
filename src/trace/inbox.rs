//! What the inbox logs. Errors of handlers are not: they may quote the payload. The inbox keeps
//! them.

use std::error::Error;

use super::enabled::TARGET;
use crate::{
    inbox::Outcome,
    store::{EventKey, StoreError},
};

pub(crate) fn attempt(key: &EventKey, attempt: u32, outcome: &Outcome) {
    match outcome {
        Outcome::Done => {
            tracing::info!(target: TARGET, %key, attempt, "Loops event handled");
        }
        Outcome::Retry { after, .. } => {
            let retry_in = after.as_secs_f64();
            tracing::warn!(target: TARGET, %key, attempt, retry_in, "an attempt to handle a Loops event failed");
        }
        Outcome::Released => {
            tracing::debug!(target: TARGET, %key, attempt, "a Loops event waits again: the service did not get it");
        }
        Outcome::Dead { .. } => {
            tracing::error!(target: TARGET, %key, attempt, "a Loops event is dead: its last error is in the inbox");
        }
    }
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
