//! What the benches share: inputs, subjects, and the comparison of two subjects.

pub mod input;
pub mod paired;
pub mod sampling;
pub mod subject;
pub mod welch;

pub use input::{delivery, secret};
pub use subject::Subject;
