//! The signature scheme: header grammar, timestamp, MAC and comparison.
//!
//! Pure code on bytes and times that the caller passes in: no HTTP service, no clock, no async.

mod body_buffer;
mod header;
mod keys;
mod signer;
mod timestamp;
mod verification;
mod verifier;

pub use header::SIGNATURE_HEADER;
#[cfg(feature = "explain")]
pub(crate) use header::SignatureHeader;
pub use signer::Signer;
pub use verification::Verification;
pub use verifier::Verifier;
