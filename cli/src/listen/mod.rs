//! `listen`: receives deliveries, verifies and shows them, forwards and records them.

mod arguments;
mod delivery;
mod forward;
mod gate;
mod journal;
mod reasons;
mod receiver;
mod recorder;
mod run;
mod server;
mod shown;

pub(crate) use arguments::Arguments;
pub(crate) use delivery::Received;
pub(crate) use journal::Journal;
pub(crate) use run::run;
pub(crate) use server::serve;
pub(crate) use shown::{Outcome, Shown};
