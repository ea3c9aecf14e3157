//! The store on real engines, which each test starts for itself.

mod conformance;
mod pools;
