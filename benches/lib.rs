//! What the benches share: inputs, subjects, and the comparison of two subjects.

pub mod input;
pub mod paired;
#[path = "../tests/core/reference.rs"]
pub mod reference;
pub mod sampling;
pub mod subject;
pub mod welch;

pub use input::{delivery, secret};
pub use subject::Subject;
