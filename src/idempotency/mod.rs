//! Each event handled once, although deliveries repeat.
//!
//! The vendor's guide asks receivers to look an event's id up, process the event, and store the id. Two deliveries at the
//! same time both find nothing, and both process. [`IdempotencyLayer`] *claims* the event first, in one atomic step of an
//! [`EventStore`], lets the handler run while it holds the claim, and then records the success or gives the claim back.
//!
//! # What is answered
//!
//! | delivery | answer |
//! |---|---|
//! | the first, and any after a failure | the handler's response, untouched |
//! | of an event that was handled | 200, `{"received": true}`, `x-loops-webhook-duplicate: true`; the handler is not called |
//! | of an event that is being handled | 409 with `Retry-After` (the rest of the lease, in seconds) |
//! | whose handler's response is not 2xx, or which fails | that response or error, after the claim was given back |
//! | whose handler panics | 500, after the claim was given back |
//! | while the store fails or is slow | 503 with `Retry-After: 5` |
//! | without a [`VerifiedEvent`](crate::VerifiedEvent) | 500, and an error in the log: the layer is not inside a [`LoopsSignatureLayer`](crate::LoopsSignatureLayer) |
//! | after [`shutdown`](IdempotencyLayer::shutdown) | 503 with `Retry-After: 5` |
//!
//! Failing to record a success never turns it into a failure: it is answered as what it was, and recorded later.
//!
//! # Example
//!
//! ```
//! use std::time::SystemTime;
//! use axum::{Router, body::Body, http::{Request, StatusCode}, routing::post};
//! use tower::ServiceExt;
//! use tower_loops::{
//!     LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, VerifiedEvent,
//!     idempotency::{DUPLICATE_HEADER, IdempotencyLayer, MemoryStore},
//! };
//!
//! async fn ship(event: VerifiedEvent) -> String {
//!     format!("shipped for {}", event.id())
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = Secret::new("whsec_example")?;
//! let hook = post(ship)
//!     .route_layer(IdempotencyLayer::new(MemoryStore::new()))
//!     // In axum the layer that is added last is the outermost.
//!     .route_layer(LoopsSignatureLayer::new(secret.clone()));
//! let app = Router::new().route("/webhooks", hook);
//!
//! let body = r#"{"id":"evt_1","type":"charge.succeeded"}"#;
//! let signature = Signer::new(secret).sign(body.as_bytes(), SystemTime::now());
//! for is_duplicate in [false, true] {
//!     let delivery = Request::post("/webhooks")
//!         .header(SIGNATURE_HEADER, &signature)
//!         .body(Body::from(body))?;
//!     let response = app.clone().oneshot(delivery).await?;
//!     assert_eq!(response.status(), StatusCode::OK);
//!     assert_eq!(response.headers().contains_key(DUPLICATE_HEADER), is_duplicate);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//!
//! A handler runs **at least once** for each event that is delivered until it is answered 200, and **once** unless it fails,
//! its process dies midway, it hangs for longer than [`with_max_hold`](IdempotencyLayer::with_max_hold), it blocks its thread for
//! longer than a lease, its process cannot reach the store for longer than a lease while others can, its success could not be
//! recorded within `max_hold`, or the store forgets.
//! No layer can do better: between the effects of a handler and the record of its success a process can die. Where the
//! effects are in a database, the id can be committed together with them; the Postgres and SQLite stores have
//! `mark_processed` for that.
//!
//! The handler runs in a task of its own, to its end, although the sender hangs up
//! ([`with_detached_handler`](IdempotencyLayer::with_detached_handler)). Events are not ordered, neither by Loops nor here.
//!
//! # Stores
//!
//! [`MemoryStore`] is for one process. `tower-loops-sqlite`, `tower-loops-redis` and `tower-loops-postgres` are for more, or
//! for longer. Another one implements [`EventStore`], and is held to it by the `conformance` suite (feature `test-util`).

mod answer;
mod any;
mod claim;
#[cfg(feature = "test-util")]
pub mod conformance;
mod delivery;
mod heartbeat;
mod in_flight;
mod key;
mod layer;
mod memory;
mod service;
mod store;
mod token;

pub use answer::DUPLICATE_HEADER;
pub use any::AnyStore;
pub use key::EventKey;
pub use layer::IdempotencyLayer;
pub use memory::MemoryStore;
pub use service::{Idempotency, ResponseFuture};
pub use store::{Claim, Completion, EventStore, Retention, StoreError, StoreErrorKind};
pub use token::Token;
