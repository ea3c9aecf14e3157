//! What is logged: one event per outcome, with target `tower_loops`, and nothing that a client
//! chose. Without feature `tracing`, nothing.
//!
//! What an unauthenticated client can cause is at DEBUG, below what subscribers show by default,
//! but for one WARN a minute while nothing is verified. What only an authenticated event can cause
//! is at INFO and above.

mod delivery_log;
#[cfg(feature = "tracing")]
mod enabled;
#[cfg(feature = "idempotency")]
mod idempotency;
#[cfg(feature = "inbox")]
mod inbox;
#[cfg(feature = "tracing")]
mod rejection_counter;
#[cfg(feature = "tracing")]
mod request_fields;
#[cfg(any(feature = "idempotency", feature = "inbox"))]
mod store;

pub(crate) use delivery_log::DeliveryLog;
#[cfg(feature = "tracing")]
pub(crate) use {enabled::*, rejection_counter::RejectionCounter, request_fields::RequestFields};

#[cfg(feature = "idempotency")]
pub(crate) use idempotency::*;
#[cfg(feature = "inbox")]
pub(crate) use inbox::*;
#[cfg(any(feature = "idempotency", feature = "inbox"))]
pub(crate) use store::*;

#[cfg(not(feature = "tracing"))]
mod disabled;
#[cfg(not(feature = "tracing"))]
pub(crate) use disabled::*;
