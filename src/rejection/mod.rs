//! Why a request is rejected, and the one table of what each reason responds.

mod body_error;
mod header_error;
mod kind;
mod reason;
mod response;

pub use body_error::BodyError;
pub use header_error::HeaderError;
pub use kind::RejectionKind;
pub use reason::Rejection;
