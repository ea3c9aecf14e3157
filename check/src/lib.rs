//! Attacks on a receiver of Loops webhooks, and deliveries that it must accept.
//!
//! The suite plays Loops and its attackers against a receiver, and says for each delivery what must
//! happen, what happened, why it matters and what to do. It judges by the status of the response
//! and, with a count of side effects, by what happened: a forgery that is answered 401 and handled
//! fails. A check fails only for what lets a forgery in, loses a genuine delivery or harms the
//! server.
//!
//! A Tower service in this process, in a test:
//!
//! ```
//! use std::convert::Infallible;
//!
//! use bytes::Bytes;
//! use http::{Request, Response};
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, service_fn};
//! use tower_loops::{LoopsSignatureLayer, Secret};
//! use tower_loops_check::Suite;
//!
//! async fn acknowledge(_: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     Ok(Response::new(Full::from(r#"{"received": true}"#)))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), tower_loops::SecretError> {
//! let secret = Secret::new("whsec_example")?;
//! let service = ServiceBuilder::new()
//!     .layer(LoopsSignatureLayer::new(&secret))
//!     .service_fn(acknowledge);
//! Suite::new(secret).assert_passes(service).await;
//! # Ok(())
//! # }
//! ```
//!
//! A receiver at a URL, in any language, with feature `http`: a [`Target`] and [`Suite::run_at`].

mod check;
mod checks;
mod concern;
mod delivery;
mod effects;
mod endpoint;
mod error;
mod first;
mod in_process;
mod loops;
mod report;
mod run;
mod seen;
mod suite;
#[cfg(feature = "http")]
mod target;

pub use concern::{Concern, UnknownConcern};
pub use error::RunError;
pub use report::{CheckResult, Summary, Verdict};
pub use suite::Suite;
#[cfg(feature = "http")]
pub use target::{InvalidTarget, Target};
