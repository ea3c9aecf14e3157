//! Each event once, with SQLite: by the layer, also after the file is opened again, then in the
//! transaction that does the work.
//!
//! ```sh
//! cargo run -p tower-loops-sqlite --example sqlite
//! ```

use std::{
    env,
    path::Path,
    process,
    time::{Duration, SystemTime},
};

use axum::{Router, body::Body, http::Request, routing::post};
use rusqlite::{Connection, TransactionBehavior};
use tower::ServiceExt;
use tower_loops::{
    BoxError, LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, VerifiedEvent,
    idempotency::{DUPLICATE_HEADER, EventKey, IdempotencyLayer},
};
use tower_loops_sqlite::{Mark, SqliteStore};

#[tokio::main]
async fn main() {
    if let Err(error) = run().await {
        eprintln!("{error}");
        let mut source = error.source();
        while let Some(cause) = source {
            eprintln!("  because: {cause}");
            source = cause.source();
        }
        process::exit(1)
    }
}

async fn run() -> Result<(), BoxError> {
    // A file and an event of their own for each run.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let id = format!("evt_{}", now.as_nanos());
    let folder = env::temp_dir().join(format!("tower-loops-{id}"));
    std::fs::create_dir(&folder)?;
    let outcome = play(&folder.join("events.db"), &id).await;
    std::fs::remove_dir_all(&folder)?;
    outcome
}

async fn play(file: &Path, id: &str) -> Result<(), BoxError> {
    let app = application(file)?;
    deliver(&app, id, "first delivery").await?;
    deliver(&app, id, "second delivery").await?;
    drop(app);
    deliver(&application(file)?, id, "after reopening the file").await?;
    in_a_transaction(file, id)
}

const SECRET: &str = "whsec_example";

fn application(file: &Path) -> Result<Router, BoxError> {
    let store = SqliteStore::open(file)?;
    tokio::spawn(store.clone().purge_every(Duration::from_secs(3600)));
    // The layer that is added last is the outermost.
    let hook = post(handle)
        .route_layer(IdempotencyLayer::new(store).with_namespace("example"))
        .route_layer(LoopsSignatureLayer::new(Secret::new(SECRET)?));
    Ok(Router::new().route("/api/webhooks/loops", hook))
}

async fn handle(event: VerifiedEvent) {
    println!("handling {:?}", event.id());
}

/// Sends a delivery, as Loops does.
async fn deliver(app: &Router, id: &str, delivery: &str) -> Result<(), BoxError> {
    let body = format!(r#"{{"id":"{id}","type":"charge.succeeded"}}"#);
    let signature = Signer::new(Secret::new(SECRET)?).sign(body.as_bytes(), SystemTime::now());
    let request = Request::post("/api/webhooks/loops")
        .header(SIGNATURE_HEADER, signature)
        .body(Body::from(body))?;
    let response = app.clone().oneshot(request).await?;
    let is_duplicate = response.headers().contains_key(DUPLICATE_HEADER);
    println!(
        "{delivery}: {}, duplicate: {is_duplicate}",
        response.status()
    );
    Ok(())
}

/// Processes an event twice, each time in a transaction that also marks it: the effect happens
/// once.
fn in_a_transaction(file: &Path, id: &str) -> Result<(), BoxError> {
    let store = SqliteStore::open(file)?;
    let mut connection = Connection::open(file)?;
    connection.execute_batch("CREATE TABLE payments (event_id TEXT)")?;
    // In a handler: `EventKey::of("example", &event)`.
    let key = EventKey::new("example", id);
    for attempt in 1..=2 {
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mark = store.mark_processed(&transaction, &key)?;
        if mark == Mark::Fresh {
            transaction.execute("INSERT INTO payments VALUES (?1)", [id])?;
        }
        transaction.commit()?;
        println!("transaction {attempt}: {mark:?}");
    }
    let count = "SELECT count(*) FROM payments";
    let payments: i64 = connection.query_row(count, [], |row| row.get(0))?;
    println!("payments recorded: {payments}");
    Ok(())
}
