//! `graphile_worker` behind `tower_loops::inbox::Accept`: the key of an event and its job are
//! committed in one transaction.

mod inbox;
mod job;
mod receiver;
mod worker;

pub use inbox::GraphileInbox;
pub use job::{Handler, LoopsEvent};
pub use receiver::receiver;
pub use worker::work;
