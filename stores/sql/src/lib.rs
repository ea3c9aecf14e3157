#![doc = include_str!("../README.md")]

mod conflict;
mod millis;
pub mod mysql;
pub mod postgres;
mod seconds;
mod share;
pub mod sqlite;

pub use conflict::conflict_pause;
pub use millis::millis;
pub use seconds::seconds;
pub use share::repeated_share;
