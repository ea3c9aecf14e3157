//! The endpoint beside gRPC services, on one port: the webhook asks for a signature, the services
//! do not.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --example tonic
//! ```
//!
//! and in another terminal
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/loops charge.succeeded
//! ```

use std::{env, process, time::Duration};

use axum::{Json, Router, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tonic::{
    service::Routes,
    transport::{Server, server::TcpIncoming},
};
use tonic_health::server::health_reporter;
use tower_loops::{BoxError, LoopsSignatureLayer, VerifiedEvent};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let signature = LoopsSignatureLayer::from_env().unwrap_or_else(|error| {
        eprintln!("{error}");
        process::exit(1)
    });
    let webhook = Router::new().route("/api/webhooks/loops", post(receive).route_layer(signature));
    let (_reporter, health) = health_reporter();
    let services = Routes::new(health).into_axum_router().merge(webhook);

    let address = env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!(
        "listening on http://{}/api/webhooks/loops",
        listener.local_addr()?
    );
    Server::builder()
        // gRPC is always over HTTP/2, a webhook may come over either.
        .accept_http1(true)
        // Ends silent connections, too. `support/serve.rs` ends them sooner and limits their
        // number, for servers without long streams.
        .max_connection_age(Duration::from_secs(300))
        .max_connection_age_grace(Duration::from_secs(30))
        .max_concurrent_streams(16)
        .add_routes(Routes::from(services))
        .serve_with_incoming(TcpIncoming::from(listener))
        .await?;
    Ok(())
}

async fn receive(event: VerifiedEvent) -> Json<Value> {
    // What a sender wrote, escaped: a line break in it would begin a new line.
    println!(
        "received: {:?} {:?}",
        event.event_type().as_str(),
        event.id()
    );
    Json(json!({ "received": true }))
}
