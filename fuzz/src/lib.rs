//! References for the fuzz targets: the same rules, written simply and by other means.

#[path = "../../tests/core/known.rs"]
pub mod known;
#[path = "../../tests/core/reference.rs"]
pub mod reference;
mod verification;

pub use verification::{outcome, sign};
