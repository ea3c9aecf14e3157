//! The checks that every [`Inbox`](super::Inbox) and every [`Queue`](super::Queue) must pass, to be
//! run against its real engine (feature `test-util`).

mod accept;
mod events;
mod released;
mod shares;
mod suite;
mod table;
mod takers;
mod time;
mod workers;

pub use suite::{accepts, run};
