//! The middleware: HTTP around the core.
//!
//! Data flows one way. [`service`] judges the header by the [`config`] and the clock, [`future`] reads the body through
//! [`intake`], until its [`deadline`] at the latest, and then makes the inner service ready and calls it, [`body`] is what
//! comes back.

mod body;
mod config;
mod deadline;
mod future;
mod intake;
mod service;

pub use body::ResponseBody;
pub use config::LoopsSignatureLayer;
pub use future::ResponseFuture;
pub use service::LoopsSignature;
