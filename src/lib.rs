//! Tower middleware that lets only authenticated [Loops] webhook events through.
//!
//! Loops tells a backend of payments with signed JSON in POST requests. [`LoopsSignatureLayer`]
//! reads such a request, verifies its `X-Loops-Signature` header and its timestamp, and hands the
//! inner service the same bytes with a [`VerifiedEvent`] in the extensions. It rejects everything
//! else without calling the inner service. It works with any Tower service: a route in axum, tonic
//! or hyper, or a longer stack.
//!
//! # What is checked
//!
//! The header is `t=<unix seconds>,v1=<hex>`; the signature is HMAC-SHA256, keyed with the whole
//! secret unchanged, over `t` as sent, a full stop, and the raw body. It is accepted while `t` is
//! within 300 seconds of the clock, in both directions (Loops' guide). The checks run in the order
//! of the [`Rejection`] table, which lists the responses; those that need no body run before it is
//! read. A rejected body is [drained](LoopsSignatureLayer::with_drain) before the response.
//!
//! # Examples
//!
//! A service behind the layer, a signed delivery, and an unsigned one:
//!
//! ```
//! use std::{convert::Infallible, time::SystemTime};
//! use bytes::Bytes;
//! use http::{Request, Response, StatusCode};
//! use http_body_util::Full;
//! use tower::{ServiceBuilder, ServiceExt};
//! use tower_loops::{EventData, LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, VerifiedEvent};
//!
//! async fn handle(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     let event: &VerifiedEvent = request.extensions().get().expect("the layer is outside");
//!     let done = match event.data() {
//!         Ok(EventData::ChargeSucceeded(charge)) => format!("order paid: {:?}", charge.metadata),
//!         Ok(EventData::InvoicePaymentSucceeded(invoice)) => {
//!             format!("paid until {:?}", invoice.paid_until())
//!         }
//!         Ok(_) => "acknowledged".to_owned(),
//!         // No retry helps: keep it for a person.
//!         Err(error) => format!("given up: {error}"),
//!     };
//!     Ok(Response::new(Full::from(done)))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let secret = Secret::new("whsec_example")?;
//! let service = ServiceBuilder::new()
//!     .layer(LoopsSignatureLayer::new(secret.clone()))
//!     .service_fn(handle);
//!
//! let body = Bytes::from_static(br#"{"id":"evt_1","type":"charge.succeeded"}"#);
//! let signature = Signer::new(secret).sign(&body, SystemTime::now());
//! let delivery = Request::post("/webhooks")
//!     .header(SIGNATURE_HEADER, signature)
//!     .body(Full::new(body.clone()))?;
//! let response = service.clone().oneshot(delivery).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//!
//! let unsigned = Request::post("/webhooks").body(Full::new(body))?;
//! let response = service.oneshot(unsigned).await?;
//! assert_eq!(response.status(), StatusCode::BAD_REQUEST);
//! # Ok(())
//! # }
//! ```
//!
//! Rejections with another response, counted by their reason. The reason is in the extensions of
//! every response to a rejected request:
//!
//! ```
//! # use std::convert::Infallible;
//! # use bytes::Bytes;
//! # use http::{Request, Response, StatusCode};
//! # use http_body_util::Full;
//! # use tower::{ServiceBuilder, ServiceExt};
//! # use tower_loops::{LoopsSignatureLayer, Rejection, Secret};
//! # async fn handle(_: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
//! #     unreachable!("nothing gets here unsigned")
//! # }
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let layer = LoopsSignatureLayer::new(Secret::new("whsec_example")?)
//!     .with_rejection_response(|_| {
//!         let mut response = Response::new(Full::default());
//!         *response.status_mut() = StatusCode::NOT_FOUND;
//!         response
//!     });
//! let service = ServiceBuilder::new()
//!     .map_response(|response: Response<_>| {
//!         if let Some(rejection) = response.extensions().get::<Rejection>() {
//!             eprintln!("rejected: {}", rejection.kind());
//!         }
//!         response
//!     })
//!     .layer(layer)
//!     .service_fn(handle);
//!
//! let response = service.oneshot(Request::new(Full::<Bytes>::default())).await?;
//! assert_eq!(response.status(), StatusCode::NOT_FOUND);
//! assert!(matches!(response.extensions().get(), Some(Rejection::MissingSignature)));
//! # Ok(())
//! # }
//! ```
//!
//! # The inner service
//!
//! It gets the request's method, URI, version, headers and extensions as they came, the signed
//! bytes as [`Full<Bytes>`], and the [`VerifiedEvent`]. Trailers are not signed: they are dropped.
//! A body that comes in one frame is handed on without a copy.
//!
//! It is polled for readiness and called only after verification. The layer itself is always ready:
//! **load shedding, concurrency limits, rate limits and buffers go inside it**, where an
//! unauthenticated request never reaches them; what bounds a connection goes outside. The layer
//! itself bounds the size of a body and, with feature `tokio`, its time.
//!
//! A service that wants another body type gets it from a body-mapping layer between the two; axum's
//! `Router` does that by itself. In one `ServiceBuilder` stack with axum's `from_fn`:
//!
//! ```
//! use axum::{Router, body::Body, extract::Request, middleware::{Next, from_fn}, response::Response, routing::post};
//! use tower::ServiceBuilder;
//! use tower_http::map_request_body::MapRequestBodyLayer;
//! use tower_loops::{LoopsSignatureLayer, Secret, VerifiedEvent};
//!
//! async fn handle(event: VerifiedEvent) -> String {
//!     event.id().to_owned()
//! }
//!
//! async fn log(request: Request, next: Next) -> Response {
//!     next.run(request).await
//! }
//!
//! let stack = ServiceBuilder::new()
//!     .layer(LoopsSignatureLayer::new(Secret::new("whsec_example")?))
//!     .layer(MapRequestBodyLayer::new(Body::new))
//!     .layer(from_fn(log));
//! let app: Router = Router::new().route("/webhooks", post(handle).route_layer(stack));
//! # Ok::<(), tower_loops::SecretError>(())
//! ```
//!
//! # What it costs
//!
//! One request makes the layer hold at most the body limit (1 MiB unless
//! [set](LoopsSignatureLayer::with_max_body_size)), and twice that while the buffer of a body in
//! several frames grows. Nothing is reserved by a declared length, only by what has arrived.
//! Worst-case memory is twice the limit times the concurrent requests; limit those in the server.
//! The MAC is computed as frames arrive, once for each accepted secret, for any number of
//! signatures in the header.
//!
//! # Without the layer
//!
//! [`Verifier`] is the core: header, body and time in, [`VerifiedEvent`] or [`Rejection`] out.
//! [`Signer`] is the other side, for local deliveries and replays. Tests of handlers need neither:
//! see `testing` (feature `test-util`).
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
//! | `tracing` | one log event per outcome, with target `tower_loops`: INFO for a verified delivery (id, type, age), DEBUG for a rejected one (kind and details), WARN for a signed body that is no event and once a minute while nothing verifies; never a byte of body, header or secret |
//!
//! # Guide
//!
//! [`guide`] says what to do about [rejections](guide::rejections) and [compiler
//! errors](guide::compiler_errors), where the layer [goes](guide::mounting), and what an
//! [event](guide::events) is not.
//!
//! # Errors of the service
//!
//! A rejection is a response. The error type is the inner service's, and so is every error.
//!
//! [Loops]: https://docs.loops.fi
//! [`Full<Bytes>`]: http_body_util::Full
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
