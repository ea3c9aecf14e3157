//! Handle each event once, although deliveries repeat.
//!
//! Loops' guide asks receivers to look up an event's id, process the event, and store the id. Two
//! deliveries at the same time both find nothing, and both process. [`IdempotencyLayer`] first
//! *claims* the event, in one atomic step of an [`EventStore`]. The handler runs while the claim is
//! held. Then the layer records the success, or releases the claim.
//!
//! # Responses
//!
//! | delivery | response |
//! |---|---|
//! | the first, and any after a failure | the handler's, untouched |
//! | of an event that was handled | 200, `{"received": true}`, `x-loops-webhook-duplicate: true`; the handler is not called |
//! | of an event that is being handled | 409 with `Retry-After` (the rest of the lease, in seconds) |
//! | whose handler's response is not 2xx, or which fails | that response or error, after the claim was released |
//! | whose handler panics | 500, after the claim was released |
//! | while the store fails or is slow | 503 with `Retry-After: 5` |
//! | with 100,000 successes waiting to be recorded | 503 with `Retry-After: 5` |
//! | without a [`VerifiedEvent`](crate::VerifiedEvent) | 500, and an error in the log: the layer is not inside a [`LoopsSignatureLayer`](crate::LoopsSignatureLayer) |
//! | after [`shutdown`](IdempotencyLayer::shutdown) | 503 with `Retry-After: 5` |
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
//! let route = post(ship)
//!     // In axum the layer that is added last is the outermost.
//!     .route_layer(IdempotencyLayer::new(MemoryStore::new()).with_namespace("shipping"))
//!     .route_layer(LoopsSignatureLayer::new(secret.clone()));
//! let app = Router::new().route("/webhooks", route);
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
//! - A handler runs **at least once** for each event whose deliveries are repeated until one is
//!   answered 2xx.
//! - It runs successfully **once**, except in the cases below.
//! - A success that was answered is recorded unless the process ends. The layer repeats until the
//!   store takes it. Outages of the store up to [`max_hold`](IdempotencyLayer::with_max_hold) (15
//!   minutes) lose none, and neither do bursts, pauses or failed claims.
//! - Until a success is recorded, the process that ran the handler answers redeliveries as
//!   duplicates.
//! - A success stays a success: an error of the store never changes the handler's response.
//! - No handler starts after its lease has expired. The lease counts from the start of the claim.
//! - While a handler runs, its process does not start it again for the same event: an outage that
//!   outlasts the lease makes no difference.
//! - An event whose handler failed is free for a retry at once, or shortly after the store is back.
//! - A disconnect cannot cancel the record of a success. It cancels the handler only
//!   after [`with_detached_handler(false)`](IdempotencyLayer::with_detached_handler).
//!
//! A handler that succeeds runs again
//!
//! - if its process ends between its effects and the record of them;
//! - in *another* process, if the first one could not reach the store for longer than a lease,
//!   while the handler ran or before the success was recorded;
//! - if the handler runs for longer than `max_hold`, or blocks its thread for longer than a lease.
//!   It is then assumed to hang, and another delivery may run at the same time;
//! - if the success could not be recorded within `max_hold`;
//! - if the store forgets: its retention is over, it is full, or its engine loses what it has
//!   acknowledged.
//!
//! No layer can prevent this: a process can end between the effects of a handler and the record of
//! its success. If the effects are in a database, the mark can commit together with them: see
//! `mark_processed` of the SQL stores, and [`Mark`].
//!
//! Events are not ordered, neither by Loops nor here. Deduplicating events does not deduplicate
//! orders: several events can be about one payment. A unique key on the order, in the handler's own
//! transaction, does.
//!
//! # One namespace per handler
//!
//! The key of an event is [`EventKey::of`] its namespace, its id and its type. Handlers that share
//! a store need [namespaces](IdempotencyLayer::with_namespace) of their own. In one namespace, the
//! event that one handler has handled is a duplicate for the other. So is one `IdempotencyLayer`
//! around two routes that receive the same events: give each route its own layer.
//!
//! # Giving up on an event
//!
//! A handler that answers anything but 2xx gets the event again, for as long as Loops repeats it.
//! No retry helps if the handler can never succeed: an unknown product, or an object that cannot be
//! read. To give up, store the event for a person, log it, and answer 200. The layer records that
//! as a success, and redeliveries are duplicates.
//!
//! ```
//! use axum::http::StatusCode;
//! use tower_loops::{Charge, EventData, VerifiedEvent};
//!
//! async fn handle(event: VerifiedEvent) -> StatusCode {
//!     match event.data() {
//!         Ok(EventData::ChargeSucceeded(charge)) => fulfil(charge).await,
//!         Ok(_) => StatusCode::OK,
//!         // No retry helps.
//!         Err(error) => match keep_for_a_human(&event, &error.to_string()).await {
//!             Ok(()) => StatusCode::OK,
//!             // Not kept, so not given up: Loops sends it again.
//!             Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
//!         },
//!     }
//! }
//! # async fn fulfil(_: Charge) -> StatusCode { StatusCode::OK }
//! # async fn keep_for_a_human(_: &VerifiedEvent, _: &str) -> Result<(), std::io::Error> { Ok(()) }
//! # let body = br#"{"id":"evt_1","type":"charge.succeeded","data":{"object":[]}}"#;
//! # let body = bytes::Bytes::from_static(body);
//! # let secret = tower_loops::Secret::new("whsec_example")?;
//! # let now = std::time::SystemTime::now();
//! # let signature = tower_loops::Signer::new(secret.clone()).sign(&body, now);
//! # let event = tower_loops::Verifier::new(secret).verify(signature.as_bytes(), body, now)?;
//! # let runtime = tokio::runtime::Builder::new_current_thread().build()?;
//! # assert!(event.data().is_err());
//! # assert_eq!(runtime.block_on(handle(event)), StatusCode::OK);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Stores
//!
//! [`MemoryStore`] is for one process. `tower-loops-sqlite`, `tower-loops-redis`,
//! `tower-loops-postgres` and `tower-loops-sqlx` are for several processes, and survive restarts. A
//! store of your own implements [`EventStore`], whose docs have a sample. Check it with the
//! `conformance` suite (feature `test-util`).

mod config;
#[cfg(feature = "test-util")]
pub mod conformance;
mod delivery;
mod future;
mod layer;
mod lease;
mod long_running;
mod record_success;
mod release;
mod response;
mod running;
mod service;
mod shared;
mod store;
mod unrecorded;
mod until_done;

pub use future::ResponseFuture;
pub use layer::IdempotencyLayer;
pub use service::Idempotency;
pub use store::{AnyStore, Claim, Completion, EventStore, Mark, MemoryStore};

pub use crate::store::{
    DUPLICATE_HEADER, EventKey, InvalidKey, Retention, StoreError, StoreErrorKind, Token,
    purge_every, purge_in_batches,
};
