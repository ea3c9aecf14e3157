#![doc = include_str!("../README.md")]

mod conflict;
pub mod mysql;
pub mod postgres;
mod seconds;
pub mod sqlite;

pub use conflict::conflict_pause;
pub use seconds::seconds;
