//! The inbox from outside: what is stored and answered, and how a worker handles it.

mod accept;
mod attempts;
mod conformance;
mod failures;
mod memory_queue;
mod memory_row;
mod poison;
mod readiness;
mod stored_event;
mod support;
mod worker;
