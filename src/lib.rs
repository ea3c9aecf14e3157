//! Tower middleware that lets only authenticated [Loops] webhook events through.
//!
//! Loops tells a backend of payments with signed JSON in POST requests. [`LoopsSignatureLayer`] reads such a request, verifies
//! its `X-Loops-Signature` header and its timestamp, and hands the inner service the same bytes with a [`VerifiedEvent`] in
//! the extensions. Everything else is answered with a refusal, and the inner service never hears of it. It works with any
//! Tower service: a route in axum, tonic or hyper, or a longer stack.
//!
//! # What is checked
//!
//! The header is `t=<unix seconds>,v1=<hex>`; the signature is HMAC-SHA256, keyed with the whole secret as it is, over `t` as
//! it was sent, a full stop, and the raw body. It is accepted while `t` is within 300 seconds of the clock, either way (the
//! vendor's guide). The checks run in the order of the [`Rejection`] table, which says what each one answers; those that
//! need no body are made before a byte of it is read.
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
//! use tower_loops::{LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, VerifiedEvent};
//!
//! async fn handle(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
//!     let event: &VerifiedEvent = request.extensions().get().expect("the layer is outside");
//!     Ok(Response::new(Full::from(format!("{} is {}", event.id(), event.event_type()))))
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
//! Refusals answered in another way, and counted by their reason, which is in the extensions whoever built the response:
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
//!             eprintln!("refused: {rejection}");
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
//! It gets the request's method, URI, version, headers and extensions as they came, the signed bytes as [`Full<Bytes>`], and
//! the [`VerifiedEvent`]. Trailers are not signed: they are dropped. A body that comes in one frame is handed on without a
//! copy.
//!
//! It is made ready and called only after verification. The layer itself is always ready: **load shedding, concurrency
//! limits, rate limits and buffers go inside it**, where an unauthenticated request never reaches them; what bounds a
//! connection goes outside. The layer itself bounds the size of a body and, if told to, its time.
//!
//! A service that wants another body type gets it from a body-mapping layer between the two; axum's `Router` does that by
//! itself. In one `ServiceBuilder` stack with axum's `from_fn`:
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
//! One request makes the layer hold at most twice the body limit (1 MiB unless [set](LoopsSignatureLayer::with_max_body_size)):
//! the buffer of a body in several frames doubles when it is full, and while it is copied, what it was is there as well. Nothing
//! is reserved by a declared length, only by what has arrived. The total is that times the requests that the server lets be
//! open: that is the server's to bound. The MAC is computed as frames arrive, once for each accepted secret, whatever the number
//! of signatures in the header.
//!
//! # Without the layer
//!
//! [`Verifier`] is the core: header, body and time in, [`VerifiedEvent`] or [`Rejection`] out. [`Signer`] is the other side,
//! for tests and local deliveries.
//!
//! # Features
//!
//! None is on by default, and the default build has no async runtime among its dependencies.
//!
//! | feature | what it gives |
//! |---|---|
//! | `axum` | [`VerifiedEvent`] as an extractor, [`Rejection`] as an `IntoResponse`; brings `tracing` |
//! | `idempotency` | [`idempotency::IdempotencyLayer`]: each event handled once; needs a tokio runtime, brings `tokio` and `tracing` |
//! | `test-util` | [`idempotency::conformance`]: the suite for stores of your own |
//! | `tokio` | [`LoopsSignatureLayer::with_body_timeout`]: a deadline for slow bodies; needs a tokio runtime |
//! | `tracing` | one event per outcome: `INFO` for a verified delivery (id, type, age), `DEBUG` for a refused one (reason); never a body, a header or a secret |
//!
//! # Guide
//!
//! [`guide`] says what to do about [rejections](guide::rejections) and [compiler errors](guide::compiler_errors), where the
//! layer [goes](guide::mounting), and what an [event](guide::events) is not.
//!
//! # Errors of the service
//!
//! A refusal is a response. The error type is the inner service's, and so is every error.
//!
//! [Loops]: https://docs.loops.fi
//! [`Full<Bytes>`]: http_body_util::Full
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "axum")]
mod axum;
mod event;
pub mod guide;
mod hex;
#[cfg(feature = "idempotency")]
pub mod idempotency;
mod middleware;
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
pub use middleware::{LoopsSignature, LoopsSignatureLayer, ResponseBody, ResponseFuture};
pub use rejection::{BodyError, Rejection, RejectionKind};
pub use secret::{Secret, SecretError, SecretOrigin, SecretProblem};
pub use signature::{HeaderError, SIGNATURE_HEADER, Signer, Verification, Verifier};

/// Any error that can be sent between threads, as Tower has it.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The README's examples are tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
