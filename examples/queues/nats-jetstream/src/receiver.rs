//! The endpoint.

use axum::{Router, routing::post_service};
use tower_loops::{
    LoopsSignatureLayer,
    inbox::{Accept, Inbox},
};

/// Responds 200 when an event is stored. Put a proxy in front that limits slow and idle
/// connections: `axum::serve` does not.
pub fn receiver(inbox: impl Inbox, signature: LoopsSignatureLayer) -> Router {
    let hook = post_service(Accept::new(inbox)).route_layer(signature);
    Router::new().route("/api/webhooks/loops", hook)
}
