//! `check`: attacks an endpoint, and delivers what it must accept.

mod arguments;
mod effects;
mod loopback;
mod report;
mod run;
mod target;

pub(crate) use arguments::Arguments;
pub(crate) use run::run;
