//! The tests that the engines with SQL share, whose own tests include them. `crate::database` has
//! what is an engine's own.
#![allow(clippy::unwrap_used, reason = "tests")]

mod inbox;
mod marks;
mod processes;
mod purge;
mod rows;
