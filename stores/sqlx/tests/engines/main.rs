//! The store on real engines, which each test starts for itself.

mod conformance;
mod databases;
mod dropped;
mod errors;
mod marks;
mod purge;
