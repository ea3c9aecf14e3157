//! Why a request is rejected. `status` has the one table of statuses and texts.

mod body_error;
mod header_error;
mod kind;
mod reason;
mod status;

pub use body_error::BodyError;
pub use header_error::HeaderError;
pub use kind::RejectionKind;
pub use reason::Rejection;
