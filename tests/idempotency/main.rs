//! The idempotency layer and the embedded store.

mod conformance;
mod detached;
mod key;
mod lease;
mod long_running;
mod memory;
mod memory_model;
mod purge;
mod readiness;
mod releases;
mod responses;
mod scripted_store;
mod store_error;
mod store_trouble;
mod support;
mod unrecorded;
