//! The receiver: an axum route behind the two layers. This is all that a real one needs.

use std::sync::{Arc, atomic::AtomicU64, atomic::Ordering};

use axum::{Json, Router, routing::post};
use serde_json::{Value, json};
use tower::ServiceBuilder;
use tower_loops::{
    EventData, LoopsSignatureLayer, Secret, VerifiedEvent,
    idempotency::{IdempotencyLayer, MemoryStore},
};

pub(crate) const PATH: &str = "/api/webhooks/loops";

/// The number of orders that were fulfilled.
pub(crate) type Orders = Arc<AtomicU64>;

pub(crate) fn protected(secret: &Secret, orders: &Orders) -> Router {
    let layers = ServiceBuilder::new()
        .layer(LoopsSignatureLayer::new(secret))
        .layer(IdempotencyLayer::new(MemoryStore::new()));
    let orders = Arc::clone(orders);
    let handle = move |event: VerifiedEvent| async move {
        if let Ok(EventData::ChargeSucceeded(_)) = event.data() {
            orders.fetch_add(1, Ordering::SeqCst);
        }
        received()
    };
    Router::new().route(PATH, post(handle).route_layer(layers))
}

/// The same without the layers: it accepts every request.
pub(crate) fn unprotected(orders: &Orders) -> Router {
    let orders = Arc::clone(orders);
    let handle = move |Json(event): Json<Value>| async move {
        if event["type"] == "charge.succeeded" {
            orders.fetch_add(1, Ordering::SeqCst);
        }
        received()
    };
    Router::new().route(PATH, post(handle))
}

fn received() -> Json<Value> {
    Json(json!({ "received": true }))
}
