//! What the tests share: deliveries, bodies, responses, logs, child processes and a raw client.
//!
//! A test that cannot go on has failed, so everything here panics in place of returning an error.

pub mod body;
pub mod child;
pub mod delivery;
#[cfg(feature = "endpoint")]
pub mod endpoint;
pub mod log;
pub mod poll;
pub mod raw;
pub mod response;
