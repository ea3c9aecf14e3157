//! What the benches share: what they measure on, what they measure, and how two subjects are compared.

pub mod input;
pub mod paired;
pub mod sampling;
pub mod subject;
pub mod welch;

pub use input::{delivery, secret};
pub use subject::Subject;
