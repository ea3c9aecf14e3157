//! What the idempotency layer logs.

use tracing::{Instrument, instrument::Instrumented};

use super::target::TARGET;
use crate::store::EventKey;

/// A spawned task stays in the span of its request.
pub(crate) fn in_current_span<F>(future: F) -> Instrumented<F> {
    future.in_current_span()
}

pub(crate) fn delivery_failed(key: &EventKey, outcome: &'static str) {
    tracing::warn!(target: TARGET, %key, outcome, "Loops event released for another delivery");
}

pub(crate) fn held_too_long(key: &EventKey) {
    tracing::warn!(target: TARGET, %key, "a Loops event is held no longer, though its handler still runs");
}

pub(crate) fn success_not_recorded(key: &EventKey) {
    tracing::error!(target: TARGET, %key, "a Loops event was handled, and this could not be recorded");
}

pub(crate) fn too_many_unrecorded(key: &EventKey) {
    tracing::error!(target: TARGET, %key, "too many Loops events wait for the event store to record them");
}
