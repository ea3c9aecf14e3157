//! What the benches measure. A subject makes its input outside of the measured time.

mod baseline;
mod core;
mod layer;
mod timed;
mod typed;

pub use self::{baseline::*, core::*, layer::*, timed::*, typed::*};
