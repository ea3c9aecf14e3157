//! Each event once: the layer and the memory store from outside.

mod aftermath;
mod answers;
mod any_store;
mod conformance;
mod detached;
mod key;
mod lease;
mod lease_limits;
mod log;
mod memory_model;
mod memory_room;
mod memory_size;
mod memory_store;
mod once;
mod purge;
mod readiness;
mod releases;
mod scripted_store;
mod store_error;
mod store_panics;
mod store_trouble;
mod support;
mod unrecorded;
mod verified_only;
