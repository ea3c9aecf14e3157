//! apalis with PostgreSQL behind `tower_loops::inbox::Accept`: the key of an event and its task are
//! committed in one transaction.

mod inbox;
mod receiver;
mod worker;

pub use inbox::ApalisInbox;
pub use receiver::receiver;
pub use worker::{Handler, work};
