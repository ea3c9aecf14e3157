//! Each event once, with PostgreSQL: first by the layer, then in the transaction that does the
//! work.
//!
//! ```sh
//! DATABASE_URL=postgres://postgres@localhost/postgres cargo run -p tower-loops-postgres --example postgres
//! ```

use std::{
    env, process,
    time::{Duration, SystemTime},
};

use axum::{Router, body::Body, http::Request, routing::post};
use deadpool_postgres::{Manager, Pool, Runtime, tokio_postgres::NoTls};
use tower::ServiceExt;
use tower_loops::{
    BoxError, LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, VerifiedEvent,
    idempotency::{DUPLICATE_HEADER, EventKey, IdempotencyLayer},
};
use tower_loops_postgres::{Mark, PostgresStore};

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
    let pool = connect()?;
    let store = PostgresStore::new(pool.clone());
    store.ensure_schema().await?;
    tokio::spawn(store.clone().purge_every(Duration::from_secs(3600)));

    // A new event for each run, because the table outlives the run.
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let id = format!("evt_{}", now.as_nanos());
    by_the_layer(store.clone(), &id).await?;
    in_a_transaction(&pool, &store, &id).await
}

fn connect() -> Result<Pool, BoxError> {
    let url = env::var("DATABASE_URL")
        .map_err(|_| "set DATABASE_URL, such as postgres://postgres@localhost/postgres")?;
    let pool = Pool::builder(Manager::new(url.parse()?, NoTls))
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(Duration::from_secs(2)))
        .create_timeout(Some(Duration::from_secs(2)))
        .build()?;
    Ok(pool)
}

/// Delivers an event twice to an application behind both layers.
async fn by_the_layer(store: PostgresStore, id: &str) -> Result<(), BoxError> {
    let secret = Secret::new("whsec_example")?;
    // The layer that is added last is the outermost.
    let hook = post(handle)
        .route_layer(IdempotencyLayer::new(store).with_namespace("example"))
        .route_layer(LoopsSignatureLayer::new(secret.clone()));
    let app = Router::new().route("/api/webhooks/loops", hook);

    let body = format!(r#"{{"id":"{id}","type":"charge.succeeded"}}"#);
    let signer = Signer::new(secret);
    for delivery in 1..=2 {
        let request = Request::post("/api/webhooks/loops")
            .header(
                SIGNATURE_HEADER,
                signer.sign(body.as_bytes(), SystemTime::now()),
            )
            .body(Body::from(body.clone()))?;
        let response = app.clone().oneshot(request).await?;
        let is_duplicate = response.headers().contains_key(DUPLICATE_HEADER);
        println!(
            "delivery {delivery}: {}, duplicate: {is_duplicate}",
            response.status()
        );
    }
    Ok(())
}

async fn handle(event: VerifiedEvent) {
    println!("handling {:?}", event.id());
}

/// Processes an event twice, each time in a transaction that also marks it: its effect happens
/// once.
async fn in_a_transaction(pool: &Pool, store: &PostgresStore, id: &str) -> Result<(), BoxError> {
    let mut client = pool.get().await?;
    let table = "CREATE TEMPORARY TABLE payments (event_id text)";
    client.batch_execute(table).await?;
    // In a handler: `EventKey::of("example", &event)`.
    let key = EventKey::new("example", id);
    for attempt in 1..=2 {
        let transaction = client.transaction().await?;
        let mark = store.mark_processed(&transaction, &key).await?;
        if mark == Mark::Fresh {
            let effect = "INSERT INTO payments VALUES ($1)";
            transaction.execute(effect, &[&id]).await?;
        }
        transaction.commit().await?;
        println!("transaction {attempt}: {mark:?}");
    }
    let count = "SELECT count(*) FROM payments";
    let payments: i64 = client.query_one(count, &[]).await?.get(0);
    println!("payments recorded: {payments}");
    Ok(())
}
