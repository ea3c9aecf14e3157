//! The endpoint as a function on AWS Lambda, behind API Gateway, a function URL or a load balancer.
//! `lambda_http` decodes the body, also from base64, so the signature is checked over the bytes
//! that Loops sent.
//!
//! ```sh
//! cargo test --manifest-path examples/lambda/Cargo.toml   # plays Lambda against the program
//! ```
//!
//! Copy this folder, and name a version or the repository in place of the path of `tower-loops`.
//! [Build and deploy](https://docs.aws.amazon.com/lambda/latest/dg/rust-package.html) it with
//! `LOOPS_WEBHOOK_SECRET` in its environment.

use axum::{Json, Router, http::StatusCode, routing::post};
use lambda_http::Error;
use serde_json::{Value, json};
use tower_loops::{EventData, LoopsSignatureLayer, VerifiedEvent};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    // Once for each instance of the function, not for each delivery.
    lambda_http::run(app(LoopsSignatureLayer::from_env()?)).await
}

fn app(signature: LoopsSignatureLayer) -> Router {
    // With a stage other than `$default`, API Gateway puts its name in front of the path.
    Router::new().route("/api/webhooks/loops", post(receive).route_layer(signature))
}

/// Does its work before the response: Lambda stops the process afterwards, and spawned tasks with
/// it. Instances share no memory: to handle each event once, use a store in a database.
async fn receive(event: VerifiedEvent) -> Result<Json<Value>, StatusCode> {
    match event.data() {
        Ok(EventData::ChargeSucceeded(charge)) => println!("fulfil {:?}", charge.metadata),
        Ok(_) => println!("{:?}: acknowledged", event.event_type().as_str()),
        // Nothing has stored the event: a 200 would lose it. After a 500, Loops sends it again.
        Err(error) => {
            eprintln!("{:?} failed: {error}", event.id());
            return Err(StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
    Ok(Json(json!({ "received": true })))
}
