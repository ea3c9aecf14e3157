//! Why a captured delivery is not accepted.
//!
//! A signature that does not match looks the same for every cause: a proxy that changed the body,
//! a secret with a line break, the secret of another endpoint. [`Explainer`] undoes the known
//! causes one by one, two at once where that is cheap, and names the one that makes the signature
//! match.
//!
//! For operators and tests. **Never put an explanation into a response**: it shows an attacker how
//! close a forgery comes.
//!
//! ```
//! use std::time::{Duration, UNIX_EPOCH};
//! use tower_loops::{Secret, Signer, explain::{Cause, Explainer}};
//!
//! let secret = Secret::new("whsec_example")?;
//! let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
//! let sent = br#"{"id":"evt_1","type":"charge.succeeded"}"#;
//! let signature = Signer::new(&secret).sign(sent, now);
//!
//! // A middleware parsed the body and wrote it again.
//! let received = br#"{"id": "evt_1", "type": "charge.succeeded"}"#;
//! let explanation = Explainer::new(secret).explain([signature.as_bytes()], received, now);
//! assert!(!explanation.is_valid());
//! assert_eq!(explanation.findings()[0].cause(), Cause::BodyReserialised);
//! # Ok::<(), tower_loops::SecretError>(())
//! ```

mod base64_text;
mod bodies;
mod cause;
mod delivery;
mod encodings;
mod explainer;
mod explanation;
mod json_layout;
mod rewritten;
mod search;
mod secrets;
mod windows_1252;

pub use cause::Cause;
pub use explainer::Explainer;
pub use explanation::{Explanation, Finding};
