//! Each event once: one signed event, delivered 64 times at the same time over HTTP, and handled
//! one time.
//!
//! ```sh
//! cargo run --example idempotent
//! ```

use std::{
    process::ExitCode,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{
    Json, Router,
    body::Body,
    http::{Request, Response, StatusCode},
    routing::post,
};
use hyper_util::{
    client::legacy::{Client, connect::HttpConnector},
    rt::TokioExecutor,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinSet, time::sleep};
use tower::ServiceBuilder;
use tower_loops::{
    BoxError, EventType, LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, VerifiedEvent,
    idempotency::{DUPLICATE_HEADER, IdempotencyLayer, MemoryStore},
    testing,
};

const DELIVERIES: usize = 64;

#[tokio::main]
async fn main() -> Result<ExitCode, BoxError> {
    let secret = Secret::new("whsec_example")?;
    let runs = Arc::new(AtomicUsize::new(0));
    let handler = {
        let runs = Arc::clone(&runs);
        move |event| receive(event, runs)
    };
    let idempotency = IdempotencyLayer::new(MemoryStore::new());
    // The first layer is the outermost: nothing that is not verified gets as far as the store.
    let layers = ServiceBuilder::new()
        .layer(LoopsSignatureLayer::new(secret.clone()))
        .layer(idempotency.clone());
    let route = post(handler).route_layer(layers);
    let app = Router::new().route("/api/webhooks/loops", route);
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/api/webhooks/loops", listener.local_addr()?);
    tokio::spawn(axum::serve(listener, app).into_future());

    let tally = deliver(&url, &Signer::new(secret)).await?;
    let unfinished = idempotency.shutdown(Duration::from_secs(5)).await;
    let runs = runs.load(Ordering::SeqCst);
    println!("{DELIVERIES} deliveries of one event at the same time:");
    println!("  {:2} answered 200 by the handler", tally.handled);
    println!("  {:2} answered 409 while it ran", tally.in_flight);
    println!("  {:2} answered 200 as duplicates", tally.duplicates);
    println!("The handler ran {runs} time(s); {unfinished} still running at the end.");
    let is_complete = tally.handled + tally.in_flight + tally.duplicates == DELIVERIES;
    let is_once = runs == 1 && tally.handled == 1 && unfinished == 0;
    Ok(if is_once && is_complete {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What must not happen twice, and takes its time.
async fn receive(_: VerifiedEvent, runs: Arc<AtomicUsize>) -> Json<Value> {
    runs.fetch_add(1, Ordering::SeqCst);
    sleep(Duration::from_millis(20)).await;
    Json(json!({ "received": true }))
}

#[derive(Default)]
struct Tally {
    handled: usize,
    in_flight: usize,
    duplicates: usize,
}

impl Tally {
    fn add<B>(&mut self, response: &Response<B>) {
        match response.status() {
            StatusCode::OK if response.headers().contains_key(DUPLICATE_HEADER) => {
                self.duplicates += 1;
            }
            StatusCode::OK => self.handled += 1,
            StatusCode::CONFLICT => self.in_flight += 1,
            other => eprintln!("unexpected: {other}"),
        }
    }
}

async fn deliver(url: &str, signer: &Signer) -> Result<Tally, BoxError> {
    let client: Client<HttpConnector, Body> = Client::builder(TokioExecutor::new()).build_http();
    let event = testing::sample(&EventType::ChargeSucceeded).to_string();
    let mut deliveries = JoinSet::new();
    for _ in 0..DELIVERIES {
        let signature = signer.sign(event.as_bytes(), SystemTime::now());
        let request = Request::post(url).header(SIGNATURE_HEADER, signature);
        deliveries.spawn(client.request(request.body(event.clone().into())?));
    }
    let mut tally = Tally::default();
    for response in deliveries.join_all().await {
        tally.add(&response?);
    }
    Ok(tally)
}
