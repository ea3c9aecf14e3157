//! The inbox from outside: what is stored and answered, and how a worker handles it.

mod conformance;
mod memory_queue;
