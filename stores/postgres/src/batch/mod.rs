//! Operations in batches: while one statement is under way, others gather for the next.

mod batched;
mod batches;
mod queue;

pub(crate) use batched::Batched;
pub(crate) use batches::Batches;
