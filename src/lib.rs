//! Tower middleware that lets only authenticated [Loops] webhook events through.
//!
//! ```no_run
//! use axum::{Router, http::StatusCode, routing::post};
//! use tower_loops::{BoxError, EventData, LoopsSignatureLayer, Money, ObjectError, VerifiedEvent};
//!
//! /// Runs only for events that Loops signed.
//! async fn handle(event: VerifiedEvent) -> StatusCode {
//!     match fulfil(&event) {
//!         Ok(done) => {
//!             println!("{:?}: {done}", event.id());
//!             StatusCode::OK
//!         }
//!         // Nothing has stored the event: a 200 would lose it. After a 500, Loops sends it again.
//!         Err(error) => {
//!             eprintln!("{:?} failed: {error}", event.id());
//!             StatusCode::INTERNAL_SERVER_ERROR
//!         }
//!     }
//! }
//!
//! fn fulfil(event: &VerifiedEvent) -> Result<String, ObjectError> {
//!     Ok(match event.data()? {
//!         EventData::ChargeSucceeded(charge) => {
//!             let amount = Money::new(charge.amount, charge.currency.as_deref());
//!             format!("{amount} paid")
//!         }
//!         EventData::InvoicePaymentSucceeded(invoice) => {
//!             format!("paid until {:?}", invoice.paid_until())
//!         }
//!         _ => "acknowledged".to_owned(),
//!     })
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), BoxError> {
//!     // Reads LOOPS_WEBHOOK_SECRET. On the method route, the layer affects no other route.
//!     let hook = post(handle).route_layer(LoopsSignatureLayer::from_env()?);
//!     let app = Router::new().route("/api/webhooks/loops", hook);
//!     let listener = tokio::net::TcpListener::bind("127.0.0.1:3000").await?;
//!     println!("listening on http://{}/api/webhooks/loops", listener.local_addr()?);
//!     axum::serve(listener, app).await?;
//!     Ok(())
//! }
//! ```
//!
//! This needs the features `axum` and `tokio`. The layer works with any Tower service: a route in
//! axum, tonic or hyper, or a longer stack.
//!
//! # What happens to a request
//!
//! ```text
//! POST ─┬─ signature header ─ missing, repeated or malformed ───────────────────── 400
//!       ├─ signed time ────── more than 300 s from the clock ───────────────────── 401
//!       ├─ body ───────────── over 1 MiB: 413; slower than 30 s: 408; cut off ──── 400
//!       ├─ signature ──────── matches under no accepted secret ─────────────────── 401
//!       ├─ payload ────────── not a JSON object with an id and a type ──────────── 400
//!       └─ your handler ───── runs with a VerifiedEvent ────────────────── your status
//! ```
//!
//! The checks run in the order of the [`Rejection`] table. Those that need no body run before it is
//! read. A rejected body is [drained](LoopsSignatureLayer::with_drain) before the response. A
//! rejection is a response, never an error of the service.
//!
//! # Where to go
//!
//! | you want to | read |
//! |---|---|
//! | know each check and each default | [`guide::scheme`] |
//! | mount the layer and combine it with others | [`guide::mounting`], [`guide::layers`] |
//! | use another framework, or AWS Lambda | [`guide::frameworks`], [`guide::lambda`] |
//! | know which event fulfils an order | [`guide::events`] |
//! | handle each event once, with sqlx or another driver | [`guide::once`], [`guide::databases`] |
//! | answer at once and work afterwards | [`guide::inbox`] |
//! | test a handler | [`guide::testing`] |
//! | rotate the secret | [`guide::rotation`] |
//! | log, count and alert | [`guide::operating`] |
//! | debug a 401 | [`guide::troubleshooting`] |
//! | understand a compiler error | [`guide::compiler_errors`] |
//! | know what attackers try | [`guide::attacks`] |
//! | copy a whole program | [`guide::cookbook`] |
//!
//! Stores: [`tower-loops-postgres`], [`tower-loops-sqlite`], [`tower-loops-redis`],
//! [`tower-loops-sqlx`]. The command: [`tower-loops`]. Also: [README], [security], [design],
//! [comparison], [examples].
//!
//! # The inner service
//!
//! It gets the request's method, URI, version, headers and extensions as they came, the signed
//! bytes as [`Full<Bytes>`], and the [`VerifiedEvent`] in the extensions. Trailers are not signed:
//! they are dropped. A body that comes in one frame is passed on without a copy.
//!
//! It is polled for readiness and called only after verification. The layer itself is always ready:
//! **load shedding, concurrency limits, rate limits and buffers go inside it**, where an
//! unauthenticated request never reaches them.
//!
//! If a service needs another body type, put a body-mapping layer between the two. axum's `Router`
//! converts the body by itself. [`guide::layers`] shows a stack.
//!
//! # What it costs
//!
//! A request takes at most the [body limit](LoopsSignatureLayer::with_max_body_size) in memory, 1
//! MiB by default. It takes twice that while the buffer of a body in several frames grows. A
//! declared length reserves nothing: memory grows with what has arrived. Worst-case memory is twice
//! the limit times the concurrent requests; limit those in the server. The MAC is computed as
//! frames arrive, once for each accepted secret, for any number of signatures in the header.
//!
//! # Without the layer
//!
//! [`Verifier`] is the core: header, body and time in, [`VerifiedEvent`] or [`Rejection`] out.
//! [`Signer`] is the other side, for local deliveries and replays. Tests of handlers need neither:
//! see [`guide::testing`].
//!
//! # Features
//!
//! None is on by default, and the default build has no async runtime among its dependencies.
//!
//! | feature | what it gives |
//! |---|---|
//! | `axum` | [`VerifiedEvent`] as an extractor, [`Rejection`] as an `IntoResponse`; brings `tracing` |
//! | `explain` | [`explain::Explainer`]: why a captured delivery is not accepted |
//! | `idempotency` | [`idempotency::IdempotencyLayer`]: each event handled once; needs a tokio runtime, brings `tokio` and `tracing` |
//! | `inbox` | [`inbox::Accept`] and [`inbox::Worker`]: events are stored before the 200 and handled afterwards; needs a tokio runtime, brings `tokio` and `tracing` |
//! | `test-util` | [`testing`]: events for the tests of your handlers; with `idempotency` also [`idempotency::conformance`], the suite for stores of your own, and with `inbox` [`inbox::conformance`] |
//! | `tokio` | the body timeout, 30 seconds by default inside a tokio runtime ([`LoopsSignatureLayer::with_body_timeout`]), and the two seconds of a drain |
//! | `tracing` | one log event per outcome, with target `tower_loops`: INFO for a verified delivery (id, type, age), DEBUG for a rejected one (kind, details), WARN for a signed body that is no event. One more WARN a minute while nothing verifies. Nothing else of body, header or secret |
//!
//! [Loops]: https://docs.loops.fi
//! [`Full<Bytes>`]: http_body_util::Full
//! [`tower-loops-postgres`]: https://docs.rs/tower-loops-postgres
//! [`tower-loops-sqlite`]: https://docs.rs/tower-loops-sqlite
//! [`tower-loops-redis`]: https://docs.rs/tower-loops-redis
//! [`tower-loops-sqlx`]: https://docs.rs/tower-loops-sqlx
//! [`tower-loops`]: https://github.com/tower-loops/tower-loops/blob/main/cli/README.md
//! [README]: https://github.com/tower-loops/tower-loops/blob/main/README.md
//! [security]: https://github.com/tower-loops/tower-loops/blob/main/SECURITY.md
//! [design]: https://github.com/tower-loops/tower-loops/blob/main/DESIGN.md
//! [comparison]: https://github.com/tower-loops/tower-loops/blob/main/COMPARE.md
//! [examples]: https://github.com/tower-loops/tower-loops/tree/main/examples
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "axum")]
mod axum;
mod box_error;
mod event;
#[cfg(feature = "explain")]
pub mod explain;
pub mod guide;
mod hex;
#[cfg(feature = "idempotency")]
pub mod idempotency;
#[cfg(feature = "inbox")]
pub mod inbox;
mod json;
mod middleware;
mod money;
#[cfg(doctest)]
mod readme;
mod rejection;
mod secret;
mod signature;
#[cfg(any(feature = "idempotency", feature = "inbox"))]
mod store;
#[cfg(feature = "test-util")]
pub mod testing;
mod trace;

#[cfg(feature = "axum")]
pub use axum::MissingLayer;
pub use box_error::BoxError;
pub use event::{
    Address, BillingDetails, CancellationDetails, Charge, CheckoutSession, CustomField,
    CustomerDetails, EventData, EventObject, EventType, FinalizationError, Invoice, InvoiceLine,
    LineItem, Metadata, ObjectError, OtherEventType, PayloadError, Period, Reference, Refund,
    ShippingDetails, StoredEvent, Subscription, SubscriptionItem, TotalDetails, VerifiedEvent,
};
pub use middleware::{LoopsSignature, LoopsSignatureLayer, ResponseBody, ResponseFuture};
pub use money::Money;
pub use rejection::{BodyError, HeaderError, Rejection, RejectionKind};
pub use secret::{Secret, SecretError, SecretOrigin, SecretProblem};
pub use signature::{SIGNATURE_HEADER, Signer, Verification, Verifier};
