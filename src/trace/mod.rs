//! What is logged: one event per outcome, and nothing in it that a stranger chose. Without the feature `tracing`, nothing.
//!
//! Refusals are at `DEBUG`, below what subscribers show by default: anybody can cause as many as they like. What only an
//! authenticated event can cause is at `INFO` and above.

#[cfg(feature = "tracing")]
mod enabled;
#[cfg(feature = "tracing")]
pub(crate) use enabled::*;

#[cfg(not(feature = "tracing"))]
mod disabled;
#[cfg(not(feature = "tracing"))]
pub(crate) use disabled::*;
