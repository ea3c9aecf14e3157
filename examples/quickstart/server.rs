//! The server: an axum route behind the two layers. This is all that a real one needs.

use std::{future::ready, io};

use axum::{
    Json, Router, http::StatusCode, middleware::map_response, response::Response, routing::post,
};
use serde_json::json;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_loops::{
    BoxError, LoopsSignatureLayer, Rejection, VerifiedEvent,
    idempotency::{IdempotencyLayer, MemoryStore},
};

pub(crate) const PATH: &str = "/api/webhooks/loops";

/// The route of the webhook. Each event that gets through is handled by `on_event`, each refusal shown to
/// `on_refusal`.
pub(crate) fn app(
    layer: LoopsSignatureLayer,
    on_event: impl Fn(&VerifiedEvent) -> Result<(), BoxError> + Clone + Send + Sync + 'static,
    on_refusal: impl Fn(&Rejection) + Clone + Send + Sync + 'static,
) -> Router {
    let handler = move |event: VerifiedEvent| {
        ready(match on_event(&event) {
            Ok(()) => (StatusCode::OK, Json(json!({ "received": true }))),
            // Loops sends the event again, and it is handled again.
            Err(_) => (
                StatusCode::INTERNAL_SERVER_ERROR,
                Json(json!({ "error": "Processing failed" })),
            ),
        })
    };
    let watch = move |response: Response| {
        if let Some(rejection) = response.extensions().get() {
            on_refusal(rejection);
        }
        ready(response)
    };
    let layers = ServiceBuilder::new()
        .layer(layer)
        .layer(IdempotencyLayer::new(MemoryStore::new()));
    let route = post(handler)
        .route_layer(layers)
        .route_layer(map_response(watch));
    Router::new().route(PATH, route)
}

/// Listens on the address; port 0 is any free one. The URL of the webhook there comes with it.
pub(crate) async fn listen(address: &str) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}{PATH}", listener.local_addr()?);
    Ok((listener, url))
}
