//! The store on a real Redis server, which the tests start themselves.

mod conformance;
mod effects;
mod entries;
mod errors;
mod faults;
mod server;
