//! `replay`: sends recorded deliveries again, signed afresh.

mod arguments;
mod as_loops;
mod recorded;
mod run;
mod sequence;

pub(crate) use arguments::Arguments;
pub(crate) use run::run;
