//! The middleware: HTTP around the signature scheme.
//!
//! Data flows one way. [`service`] checks the header, by the [`config`] and what the request says
//! of itself ([`delivery`]). [`future`] reads the body with [`body_reader`], then polls the inner
//! service for readiness and calls it. After a rejection, [`drain`] discards the rest of the body
//! first. [`deadline`] bounds both, [`response_body`] is what returns.

mod before_body;
mod body_reader;
mod config;
mod deadline;
mod delivery;
mod drain;
mod future;
mod layer;
mod response_body;
mod service;

pub use future::ResponseFuture;
pub use layer::LoopsSignatureLayer;
pub use response_body::ResponseBody;
pub use service::LoopsSignature;
