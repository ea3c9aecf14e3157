#![doc = include_str!("../README.md")]

pub mod mysql;
pub mod postgres;
mod seconds;
pub mod sqlite;

pub use seconds::seconds;
