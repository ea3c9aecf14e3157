//! The endpoint of Loops' guide, in axum: four event types handled, any other acknowledged.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --example axum
//! ```
//!
//! and in another terminal
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/loops charge.succeeded
//! ```

use std::{
    collections::HashSet,
    env, process,
    sync::{Arc, Mutex},
};

use axum::{Json, Router, extract::State, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_loops::{
    BoxError, Charge, CheckoutSession, EventType, LoopsSignatureLayer, Metadata, Reference,
    Subscription, VerifiedEvent,
};

use crate::serve::{Limits, serve};

#[path = "support/serve.rs"]
mod serve;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let signature = LoopsSignatureLayer::from_env().unwrap_or_else(|error| {
        eprintln!("{error}");
        process::exit(1)
    });
    let app = Router::new().route("/api/webhooks/loops", post(receive).route_layer(signature));
    let app = app.with_state(Orders::default());

    let address = env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!(
        "listening on http://{}/api/webhooks/loops",
        listener.local_addr()?
    );
    // `axum::serve(listener, app)` would wait forever for the requests of silent clients.
    serve(listener, app, Limits::default()).await
}

/// Runs only for requests that Loops signed: only the layer can create a `VerifiedEvent`.
async fn receive(State(orders): State<Orders>, event: VerifiedEvent) -> Json<Value> {
    // What a payload contains is printed escaped: a line break in it would start a line of its own.
    match handle(&orders, &event) {
        Ok(done) => println!("{:?}: {done}", event.event_type().as_str()),
        // It will not parse the next time either: keep it for a person, and acknowledge it. For a failure that can
        // pass, a database that is down, respond 500: Loops then sends the event again.
        Err(error) => println!("{:?}: given up: {error}", event.event_type().as_str()),
    }
    Json(json!({ "received": true }))
}

/// The ids of the orders that are paid. In a database: a table with a unique key on the order, in the transaction of the
/// fulfilment. Each event is delivered at least once, and several events speak of one payment.
type Orders = Arc<Mutex<HashSet<String>>>;

/// Amounts are in the currency's smallest unit.
fn handle(orders: &Orders, event: &VerifiedEvent) -> Result<String, BoxError> {
    let mode = match event.livemode() {
        Some(false) => "test mode, ",
        _ => "",
    };
    Ok(match event.event_type() {
        // `checkout.session.completed` speaks of the same payment. This shop fulfils here; the unique key on the order
        // stops every repetition, whichever event brings it.
        EventType::ChargeSucceeded => {
            let charge: Charge = event.object_as()?;
            let order = order_id(charge.metadata);
            let is_new = orders.lock().map_err(|_| "poisoned")?.insert(order.clone());
            let what = if is_new {
                "fulfil"
            } else {
                "fulfilled before:"
            };
            let (amount, currency) = (charge.amount, charge.currency);
            format!("{mode}{what} order {order:?}, {amount:?} {currency:?}")
        }
        EventType::ChargeRefunded => {
            let charge: Charge = event.object_as()?;
            let order = order_id(charge.metadata);
            // Cumulative: all refunds of the charge so far.
            format!(
                "{mode}{:?} refunded of order {order:?}",
                charge.amount_refunded
            )
        }
        EventType::CheckoutSessionCompleted => {
            let session: CheckoutSession = event.object_as()?;
            let order = order_id(session.metadata);
            format!(
                "{mode}checkout of order {order:?} is {:?}",
                session.payment_status
            )
        }
        EventType::CustomerSubscriptionCreated => {
            let subscription: Subscription = event.object_as()?;
            let customer = subscription.customer;
            let customer = customer.as_ref().map(Reference::id);
            format!(
                "{mode}subscription {:?} of {customer:?}",
                subscription.status
            )
        }
        _ => format!("{mode}acknowledged"),
    })
}

fn order_id(metadata: Option<Metadata>) -> String {
    let order_id = metadata.unwrap_or_default().remove("order_id");
    order_id.unwrap_or("unknown".to_owned())
}
