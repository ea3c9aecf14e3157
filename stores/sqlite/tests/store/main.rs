//! The store on real database files.

mod conformance;
mod locked;
mod mark;
mod processes;
mod purge;
mod restart;
mod setup;
mod support;
