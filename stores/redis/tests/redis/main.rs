//! The store on a real Redis server, which the tests start themselves.

mod conformance;
mod entries;
mod faults;
mod layer;
mod refusals;
mod server;
