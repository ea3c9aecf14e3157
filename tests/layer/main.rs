//! The layer without a framework: plain Tower services, bodies made by hand, the layers of Tower
//! and tower-http.

mod allocations;
mod body;
#[cfg(feature = "tokio")]
mod body_timeout;
mod clock;
mod drain;
mod futures;
mod inner_request;
mod limit;
#[cfg(feature = "tracing")]
mod logging;
mod readiness;
mod rejections;
mod response_body;
mod stacks;
mod support;
