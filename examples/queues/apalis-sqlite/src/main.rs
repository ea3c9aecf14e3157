//! A quick 200 that loses nothing: the handler commits the event to a queue on disk and answers; a
//! worker processes it afterwards.
//!
//! ```sh
//! cargo run --manifest-path examples/queues/apalis-sqlite/Cargo.toml
//! ```
//!
//! The 200 means *stored*. A crash before it: Loops sends the event again. A crash after it: the
//! event is in the queue, and a worker finds it at the next start (under a name that no worker has
//! had in the last moments: a queue takes two of one name for a mistake). The event's key is the
//! queue's idempotency key, so that a delivery that is repeated after a crash between the commit
//! and the 200 is stored once. `tower_loops::inbox` does all of this without another queue.

use std::{
    env, fs,
    time::{Duration, SystemTime},
};

use apalis::prelude::*;
use apalis_sqlite::{SqlitePool, SqliteStorage};
use axum::{
    Router, body::Body, extract::State, http::Request, http::StatusCode, response::Json,
    routing::post,
};
use serde_json::{Value, json};
use tower::ServiceExt;
use tower_loops::{
    BoxError, Charge, EventType, LoopsSignatureLayer, Money, SIGNATURE_HEADER, Secret, Signer,
    StoredEvent, VerifiedEvent,
    idempotency::{EventKey, IdempotencyLayer, MemoryStore},
};

type Queue = SqliteStorage<StoredEvent>;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let folder = env::temp_dir().join(format!("tower-loops-queue-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let url = format!("sqlite://{}?mode=rwc", folder.join("queue.db").display());
    let pool = SqlitePool::connect(&url).await?;
    SqliteStorage::setup(&pool).await?;
    let queue = Queue::new(&pool);

    deliver(&queue).await?;
    let stored: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM Jobs")
        .fetch_one(&pool)
        .await?;
    println!("events in the queue: {stored}");
    if stored != 1 {
        return Err("an event must be stored once".into());
    }

    println!("the worker starts");
    let worker = WorkerBuilder::new("orders").backend(queue).build(process);
    tokio::time::timeout(Duration::from_secs(30), worker.run()).await??;

    pool.close().await;
    fs::remove_dir_all(folder)?;
    Ok(())
}

const SECRET: &str = "whsec_example";

fn app(queue: Queue) -> Result<Router, BoxError> {
    // The layer that is added last is the outermost.
    let hook = post(enqueue)
        .route_layer(IdempotencyLayer::new(MemoryStore::new()))
        .route_layer(LoopsSignatureLayer::new(Secret::new(SECRET)?));
    Ok(Router::new()
        .route("/api/webhooks/loops", hook)
        .with_state(queue))
}

/// Answers 200 only when the event is on disk. An error is a 500, and Loops sends the event again.
async fn enqueue(
    State(mut queue): State<Queue>,
    event: VerifiedEvent,
) -> Result<Json<Value>, StatusCode> {
    let key = EventKey::of("orders", &event).to_string();
    let task = TaskBuilder::new(StoredEvent::from(&event))
        .max_attempts(5)
        .idempotency_key(&key)
        .build();
    let pushed = queue.push_task(task).await;
    pushed.map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(Json(json!({ "received": true })))
}

/// The queue retries after an error: Loops already got its 200. A job that failed five times stays
/// in the table for inspection.
async fn process(stored: StoredEvent, worker: WorkerContext) -> Result<(), BoxDynError> {
    // Only `enqueue` writes to this queue, and it stores verified events.
    let event = stored.trust()?;
    if *event.event_type() == EventType::ChargeSucceeded {
        let charge: Charge = event.object_as()?;
        let amount = Money::new(charge.amount, charge.currency.as_deref());
        println!("{:?} processed: {amount}", event.id());
    }
    // This example has one event to process; a server's worker goes on.
    worker.stop()?;
    Ok(())
}

/// Plays Loops: the first delivery, its repetition, and one more to a server that was restarted and
/// remembers nothing.
async fn deliver(queue: &Queue) -> Result<(), BoxError> {
    let body = r#"{"id":"evt_1","type":"charge.succeeded","data":{"object":{"amount":4900,"currency":"usd"}}}"#;
    let signature = Signer::new(Secret::new(SECRET)?).sign(body.as_bytes(), SystemTime::now());
    let server = app(queue.clone())?;
    let restarted = app(queue.clone())?;
    for (to, server) in [
        ("the server", server.clone()),
        ("the server, again", server),
        ("a restarted server", restarted),
    ] {
        let request = Request::post("/api/webhooks/loops")
            .header(SIGNATURE_HEADER, &signature)
            .body(Body::from(body))?;
        let response = server.oneshot(request).await?;
        println!("evt_1 delivered to {to}: {}", response.status());
    }
    Ok(())
}
