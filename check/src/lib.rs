#![doc = include_str!("../README.md")]

mod check;
mod checks;
mod concern;
mod delivery;
mod effects;
mod endpoint;
mod error;
#[cfg(feature = "http")]
mod feed;
mod finding;
mod first;
mod in_process;
mod loops;
mod report;
mod run;
mod seen;
mod suite;
#[cfg(feature = "http")]
mod target;
mod together;

pub use concern::{Concern, UnknownConcern};
pub use error::RunError;
pub use report::{CheckResult, Summary, Verdict};
pub use suite::Suite;
#[cfg(feature = "http")]
pub use target::{InvalidTarget, Target};
