//! Events for the tests of your handlers, without signing by hand (feature `test-util`).
//!
//! A handler without HTTP:
//!
//! ```
//! use serde_json::json;
//! use tower_loops::{EventType, VerifiedEvent, testing};
//!
//! fn order_id(event: &VerifiedEvent) -> Option<String> {
//!     let object: serde_json::Value = event.object_as().ok()?;
//!     object["metadata"]["order_id"].as_str().map(str::to_owned)
//! }
//!
//! let event = testing::event(&EventType::ChargeSucceeded, json!({"metadata": {"order_id": "7"}}));
//! assert_eq!(order_id(&event).as_deref(), Some("7"));
//! ```
//!
//! A route behind its layer:
//!
//! ```
//! use axum::{Router, http::StatusCode, routing::post};
//! use serde_json::json;
//! use tower::ServiceExt;
//! use tower_loops::{EventType, LoopsSignatureLayer, VerifiedEvent, testing};
//!
//! fn app(signature: LoopsSignatureLayer) -> Router {
//!     let hook = post(|event: VerifiedEvent| async move { event.id().to_owned() });
//!     Router::new().route("/api/webhooks/loops", hook.route_layer(signature))
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), std::convert::Infallible> {
//! let request = testing::request(&EventType::ChargeSucceeded, json!({"amount": 1999}));
//! let response = app(testing::layer()).oneshot(request).await?;
//! assert_eq!(response.status(), StatusCode::OK);
//! # Ok(())
//! # }
//! ```
//!
//! Every event of one type has the id of its [`sample`], so an `IdempotencyLayer` answers the
//! second one as a duplicate. Sign a payload of your own with a [`Signer`](crate::Signer) and
//! [`SECRET`].

mod delivery;
mod sample;

pub use delivery::{SECRET, event, layer, request};
pub use sample::sample;
