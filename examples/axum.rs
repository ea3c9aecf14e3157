//! The endpoint of the vendor's guide, in axum: four events handled, any other acknowledged.
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

use std::{env, process};

use axum::{Json, Router, http::StatusCode, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_loops::{
    BoxError, Charge, CheckoutSession, EventType, LoopsSignatureLayer, Metadata, Subscription,
    VerifiedEvent,
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

    let address = env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!(
        "listening on http://{}/api/webhooks/loops",
        listener.local_addr()?
    );
    // `axum::serve(listener, app)` would wait forever for the requests of silent clients.
    serve(listener, app, Limits::default()).await
}

/// Runs for requests that Loops signed, and for no others: only the layer can make a `VerifiedEvent`.
async fn receive(event: VerifiedEvent) -> Result<Json<Value>, StatusCode> {
    match handle(&event).await {
        Ok(()) => Ok(Json(json!({ "received": true }))),
        // Any status but 200 makes the event eligible for a retry.
        Err(error) => {
            eprintln!("{} failed: {error}", event.id());
            Err(StatusCode::INTERNAL_SERVER_ERROR)
        }
    }
}

/// Amounts are in the currency's smallest unit, such as cents. Deliveries may repeat: make what happens here safe to repeat,
/// with `event.id()` as the key.
async fn handle(event: &VerifiedEvent) -> Result<(), BoxError> {
    match event.event_type() {
        EventType::ChargeSucceeded => payment_succeeded(event.object_as()?).await,
        EventType::ChargeRefunded => payment_refunded(event.object_as()?).await,
        EventType::CheckoutSessionCompleted => checkout_completed(event.object_as()?).await,
        EventType::CustomerSubscriptionCreated => subscription_created(event.object_as()?).await,
        other => {
            println!("unhandled: {other}");
            Ok(())
        }
    }
}

async fn payment_succeeded(charge: Charge) -> Result<(), BoxError> {
    let amount = charge.amount.ok_or("the charge has no amount")?;
    let currency = charge.currency.unwrap_or_default();
    let payer = charge.billing_details.unwrap_or_default();
    let customer = payer.email.unwrap_or_default();
    let order = order_id(charge.metadata);
    println!("payment succeeded: {amount} {currency} from {customer} for order {order}");
    Ok(())
}

async fn payment_refunded(charge: Charge) -> Result<(), BoxError> {
    let amount = charge.amount_refunded.ok_or("the refund has no amount")?;
    let currency = charge.currency.unwrap_or_default();
    let payer = charge.billing_details.unwrap_or_default();
    let customer = payer.email.unwrap_or_default();
    let order = order_id(charge.metadata);
    println!("payment refunded: {amount} {currency} to {customer} for order {order}");
    Ok(())
}

async fn checkout_completed(session: CheckoutSession) -> Result<(), BoxError> {
    let amount = session.amount_total.ok_or("the checkout has no amount")?;
    let currency = session.currency.unwrap_or_default();
    let buyer = session.customer_details.unwrap_or_default();
    let customer = buyer.email.unwrap_or_default();
    let order = order_id(session.metadata);
    println!("checkout completed: {amount} {currency} from {customer} for order {order}");
    Ok(())
}

async fn subscription_created(subscription: Subscription) -> Result<(), BoxError> {
    let customer = subscription.customer.ok_or("nobody has subscribed")?;
    let status = subscription.status.unwrap_or_default();
    println!("subscription created: {status} for {}", customer.id());
    Ok(())
}

fn order_id(metadata: Option<Metadata>) -> String {
    let order_id = metadata.unwrap_or_default().remove("order_id");
    order_id.unwrap_or("unknown".to_owned())
}
