//! Tower middleware that lets only authenticated Loops webhook events through.
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "axum")]
mod axum;
mod event;
mod layer;
mod rejection;
mod secret;
mod signature;
mod trace;

#[cfg(feature = "axum")]
pub use axum::MissingLayer;
pub use event::{
    BillingDetails, Charge, CheckoutSession, CustomerDetails, EventObject, EventType, Invoice,
    Metadata, ObjectError, OtherEventType, PayloadError, Reference, Subscription, TotalDetails,
    VerifiedEvent,
};
pub use layer::{LoopsSignature, LoopsSignatureLayer, ResponseBody, ResponseFuture};
pub use rejection::{BodyError, Rejection};
pub use secret::{Secret, SecretError};
pub use signature::{HeaderError, SIGNATURE_HEADER, Signer, Verification, Verifier};

/// Any error that can be sent between threads, as Tower has it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;
