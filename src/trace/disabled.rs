//! Without the feature `tracing`: the same names, and nothing behind them.

use std::time::SystemTime;

use crate::{Rejection, VerifiedEvent};

pub(crate) fn verified(_: &VerifiedEvent, _: SystemTime) {}

pub(crate) fn refused(_: &Rejection) {}

#[cfg(feature = "idempotency")]
pub(crate) use idempotency::*;

#[cfg(feature = "idempotency")]
mod idempotency {
    use crate::idempotency::{EventKey, StoreError};

    pub(crate) fn in_current_span<F>(future: F) -> F {
        future
    }

    pub(crate) fn delivery(_: &EventKey, _: &'static str) {}

    pub(crate) fn delivery_failed(_: &EventKey, _: &'static str) {}

    pub(crate) fn lease_lost(_: &EventKey) {}

    pub(crate) fn held_too_long(_: &EventKey) {}

    pub(crate) fn store_failed(_: &EventKey, _: &'static str, _: &StoreError) {}

    pub(crate) fn success_not_recorded(_: &EventKey) {}

    pub(crate) fn no_verified_event() {}
}
