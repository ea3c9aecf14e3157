//! `send`: signs events and posts them.

mod arguments;
mod delivered;
mod payload;
mod report;
mod run;

pub(crate) use arguments::{Arguments, duration};
pub(crate) use delivered::Delivered;
pub(crate) use payload::read;
pub(crate) use report::Report;
pub(crate) use run::run;
