//! The layer from outside, without a framework: plain Tower services, bodies made by hand, Tower's and tower-http's layers.

mod allocations;
mod before_the_body;
mod body;
mod body_limit;
#[cfg(feature = "tokio")]
mod body_timeout;
mod clock;
mod declared_length;
mod drain;
#[cfg(feature = "tokio")]
mod drain_timeouts;
mod futures;
mod inner_errors;
mod inner_request;
#[cfg(feature = "tracing")]
mod logging;
mod middleware;
mod readiness;
#[cfg(feature = "tokio")]
mod rejections;
mod response_body;
mod scripted_body;
mod support;
mod tower_stack;
