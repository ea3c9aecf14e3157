//! The store on real database files.

mod batch;
mod burst;
mod conformance;
mod duplicates;
mod inbox;
mod inbox_processes;
mod inbox_rows;
mod locked;
mod mark;
mod pages;
mod processes;
mod purge;
mod queue;
mod replaced;
mod restart;
mod setup;
mod support;

#[path = "../../../../tests/inbox/crashes/mod.rs"]
#[allow(dead_code, reason = "shared by the engines")]
mod crashes;
