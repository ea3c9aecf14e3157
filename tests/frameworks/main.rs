//! The layer in the frameworks it is made for, and the examples as they are run.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod axum;
mod examples;
mod programs;
mod support;
