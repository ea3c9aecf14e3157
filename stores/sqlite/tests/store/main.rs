//! The store on real database files.

mod batch;
mod conformance;
mod database;
mod duplicates;
mod inbox;
mod locked;
mod mark;
mod pages;
mod processes;
mod queue;
mod replaced;
mod setup;
mod support;

#[path = "../../../../tests/inbox/crashes/mod.rs"]
#[allow(dead_code, reason = "shared by the engines")]
mod crashes;

#[path = "../../../../tests/engines/mod.rs"]
mod engines;
