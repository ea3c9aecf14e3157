//! The store on real database files.

mod batch;
mod burst;
mod conformance;
mod duplicates;
mod locked;
mod mark;
mod processes;
mod purge;
mod queue;
mod replaced;
mod restart;
mod setup;
mod support;
