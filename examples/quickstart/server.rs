//! The server: an axum route behind the layer. This is all that a real one needs.

use std::{future::ready, io};

use axum::{Json, Router, middleware::map_response, response::Response, routing::post};
use serde_json::json;
use tokio::net::TcpListener;
use tower_loops::{LoopsSignatureLayer, Rejection, VerifiedEvent};

pub(crate) const PATH: &str = "/api/webhooks/loops";

/// The route of the webhook. Each event that gets through is shown to `on_event`, each refusal to `on_refusal`.
pub(crate) fn app(
    layer: LoopsSignatureLayer,
    on_event: impl Fn(&VerifiedEvent) + Clone + Send + Sync + 'static,
    on_refusal: impl Fn(&Rejection) + Clone + Send + Sync + 'static,
) -> Router {
    let handler = move |event: VerifiedEvent| {
        on_event(&event);
        ready(Json(json!({ "received": true })))
    };
    let watch = move |response: Response| {
        if let Some(rejection) = response.extensions().get() {
            on_refusal(rejection);
        }
        ready(response)
    };
    Router::new().route(PATH, post(handler).layer(layer).layer(map_response(watch)))
}

/// Listens on the address; port 0 is any free one. The URL of the webhook there comes with it.
pub(crate) async fn listen(address: &str) -> io::Result<(TcpListener, String)> {
    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}{PATH}", listener.local_addr()?);
    Ok((listener, url))
}
