#![doc = include_str!("../README.md")]

mod connection;
mod engine;
mod error;
mod mark;
mod purge;
mod store;

pub use engine::Engine;
pub use store::SqlxStore;
