//! Each event exactly once, with sqlx: the order and a mark of the event are one transaction.
//! SQLite here, so that nothing has to be installed; PostgreSQL and MySQL are used alike.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --manifest-path examples/cookbook/Cargo.toml --bin sqlx
//! ```
//!
//! It needs `tower-loops` with `axum`, `idempotency` and `tokio`, and `tower-loops-sqlx` with the
//! feature of your database.

use axum::{Json, Router, extract::State, http::StatusCode, routing::post};
use serde_json::{Value, json};
use sqlx::{Executor, SqlitePool, query};
use tokio::net::TcpListener;
use tower_loops::{
    BoxError, EventData, LoopsSignatureLayer, VerifiedEvent,
    idempotency::{EventKey, Mark},
};
use tower_loops_sqlx::SqlxStore;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let pool = SqlitePool::connect("sqlite://orders.db?mode=rwc").await?;
    let app = app(LoopsSignatureLayer::from_env()?, pool).await?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://127.0.0.1:3000/api/webhooks/loops");
    // For a server behind a proxy. `examples/support/serve.rs` is for one that has none.
    axum::serve(listener, app).await?;
    Ok(())
}

#[derive(Clone)]
struct Orders {
    pool: SqlitePool,
    store: SqlxStore<sqlx::Sqlite>,
}

async fn app(signature: LoopsSignatureLayer, pool: SqlitePool) -> Result<Router, BoxError> {
    let store = SqlxStore::new(pool.clone());
    store.ensure_schema().await?;
    pool.execute("CREATE TABLE IF NOT EXISTS fulfilments (order_id TEXT PRIMARY KEY)")
        .await?;
    let hook = post(receive).route_layer(signature);
    Ok(Router::new()
        .route("/api/webhooks/loops", hook)
        .with_state(Orders { pool, store }))
}

async fn receive(
    State(orders): State<Orders>,
    event: VerifiedEvent,
) -> Result<Json<Value>, StatusCode> {
    match orders.handle(&event).await {
        Ok(done) => println!("{:?}: {done}", event.id()),
        Err(error) => {
            // Nothing was committed, and Loops sends the event again.
            eprintln!("{:?}: {error}", event.id());
            return Err(StatusCode::INTERNAL_SERVER_ERROR);
        }
    }
    Ok(Json(json!({ "received": true })))
}

impl Orders {
    async fn handle(&self, event: &VerifiedEvent) -> Result<&'static str, BoxError> {
        // An event that cannot be read is an error as well: a 200 would lose it.
        let charge = match event.data()? {
            EventData::ChargeSucceeded(charge) if charge.captured != Some(false) => charge,
            _ => return Ok("acknowledged"),
        };
        let Some(order) = charge.metadata.unwrap_or_default().remove("order_id") else {
            return Ok("acknowledged: the charge names no order");
        };
        // Dropped before the commit, as by `?`, the transaction is rolled back.
        let mut transaction = self.pool.begin().await?;
        let key = EventKey::of("orders", event);
        if self.store.mark_processed(&mut transaction, &key).await? == Mark::Duplicate {
            return Ok("duplicate event");
        }
        // Two events may be about one order: its key fulfils it once.
        let fulfil = query("INSERT INTO fulfilments VALUES (?) ON CONFLICT DO NOTHING").bind(order);
        let is_new = fulfil.execute(&mut *transaction).await?.rows_affected() == 1;
        transaction.commit().await?;
        Ok(if is_new {
            "fulfilled"
        } else {
            "fulfilled before"
        })
    }
}

#[cfg(test)]
mod tests {
    use sqlx::{query_scalar, sqlite::SqlitePoolOptions};
    use tower::ServiceExt;
    use tower_loops::{EventType, testing};

    use super::*;

    async fn status(app: &Router, members: Value) -> StatusCode {
        let request = testing::request(&EventType::ChargeSucceeded, members);
        app.clone().oneshot(request).await.unwrap().status()
    }

    #[tokio::test]
    async fn an_event_is_fulfilled_once_and_a_failure_leaves_no_mark() {
        // A database in memory is gone with its connection: there is one, and it stays.
        let pool = SqlitePoolOptions::new().max_connections(1);
        let pool = pool.connect("sqlite::memory:").await.unwrap();
        let app = app(testing::layer(), pool.clone()).await.unwrap();

        pool.execute("ALTER TABLE fulfilments RENAME TO moved")
            .await
            .unwrap();
        assert_eq!(
            status(&app, json!({})).await,
            StatusCode::INTERNAL_SERVER_ERROR
        );
        pool.execute("ALTER TABLE moved RENAME TO fulfilments")
            .await
            .unwrap();
        for _ in 0..2 {
            assert_eq!(status(&app, json!({})).await, StatusCode::OK);
        }
        // The mark, not the key of the order, stops the second delivery.
        let another = json!({ "metadata": { "order_id": "another" } });
        assert_eq!(status(&app, another).await, StatusCode::OK);
        let orders = query_scalar::<_, String>("SELECT order_id FROM fulfilments");
        assert_eq!(orders.fetch_all(&pool).await.unwrap(), ["1001"]);
    }
}
