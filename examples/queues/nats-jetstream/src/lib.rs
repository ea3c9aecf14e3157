//! NATS JetStream behind `tower_loops::inbox::Accept`: a stream for the events, a durable consumer
//! for the workers, and a second stream for the events that no attempt could handle.

mod dead;
mod inbox;
mod receiver;
mod worker;

pub use dead::redrive;
pub use inbox::JetStreamInbox;
pub use receiver::receiver;
pub use worker::{Handler, Worker};
