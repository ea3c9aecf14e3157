//! What is logged: one event per outcome, with target `tower_loops`, and nothing that a client
//! chose. Without feature `tracing`, nothing.
//!
//! What an unauthenticated client can cause is at DEBUG, below what subscribers show by default,
//! but for one WARN a minute while nothing is verified. What only an authenticated event can cause
//! is at INFO and above.

#[cfg(feature = "tracing")]
mod delivery;
#[cfg(feature = "idempotency")]
mod idempotency;
#[cfg(feature = "inbox")]
mod inbox;
mod rejection_context;
#[cfg(feature = "tracing")]
mod rejection_counter;
#[cfg(feature = "tracing")]
mod request_fields;
#[cfg(any(feature = "idempotency", feature = "inbox"))]
mod store;
#[cfg(feature = "tracing")]
mod target;

pub(crate) use rejection_context::RejectionContext;
#[cfg(feature = "tracing")]
pub(crate) use {delivery::*, rejection_counter::RejectionCounter, request_fields::RequestFields};

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
