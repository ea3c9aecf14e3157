//! Answer first, handle afterwards, lose nothing: events are stored before the 200, a worker in the
//! same process fulfils them, and what fails for good is kept for a person. With SQLite.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --manifest-path examples/cookbook/Cargo.toml --bin inbox
//! cargo run --manifest-path examples/cookbook/Cargo.toml --bin inbox dead      # lists them
//! cargo run --manifest-path examples/cookbook/Cargo.toml --bin inbox redrive   # tries them again
//! ```
//!
//! It needs `tower-loops` with `axum`, `inbox` and `tokio`, and `tower-loops-sqlite`.

use std::{env, time::Duration};

use axum::{Router, routing::post_service};
use tokio::{net::TcpListener, signal};
use tower::service_fn;
use tower_loops::{
    BoxError, EventData, LoopsSignatureLayer,
    inbox::{Accept, Job, Permanent, Queue, Worker},
};
use tower_loops_sqlite::SqliteInbox;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let inbox = SqliteInbox::open("inbox.db")?;
    match env::args().nth(1).as_deref() {
        None => return serve(inbox).await,
        Some("dead") => {
            for event in inbox.dead(100).await? {
                let (id, attempts) = (event.key.id(), event.attempts);
                // An error may quote what was sent: `{:?}` keeps it on its line.
                println!("{id:?} after {attempts} attempts: {:?}", event.error);
            }
        }
        Some("redrive") => println!("{} wait again", inbox.redrive_all().await?),
        Some(_) => return Err("usage: inbox [dead | redrive]".into()),
    }
    Ok(())
}

async fn serve(inbox: SqliteInbox) -> Result<(), BoxError> {
    let app = app(LoopsSignatureLayer::from_env()?, inbox.clone());
    // Drops the payloads of handled events, and keeps their keys for 30 days.
    tokio::spawn(inbox.clone().purge_every(Duration::from_secs(3600)));
    let worker = tokio::spawn(Worker::new(inbox, service_fn(fulfil)).run(shutdown()));

    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://127.0.0.1:3000/api/webhooks/loops");
    // For a server behind a proxy. `examples/support/serve.rs` is for one that has none.
    axum::serve(listener, app)
        .with_graceful_shutdown(shutdown())
        .await?;
    // Returns after the attempts that run. What waits is handled after the next start.
    Ok(worker.await?)
}

async fn shutdown() {
    let _ = signal::ctrl_c().await;
}

fn app(signature: LoopsSignatureLayer, inbox: SqliteInbox) -> Router {
    let hook = post_service(Accept::new(inbox)).route_layer(signature);
    Router::new().route("/api/webhooks/loops", hook)
}

/// Runs at least once for each event. An error is another attempt, after a pause.
async fn fulfil(job: Job) -> Result<(), BoxError> {
    // No other attempt reads another payload: the event is dead at once.
    let done = match job.data().map_err(Permanent::new)? {
        EventData::ChargeSucceeded(charge) => {
            let order = charge.metadata.unwrap_or_default().remove("order_id");
            let order = order.ok_or_else(|| Permanent::new("the charge names no order"))?;
            format!("fulfil {order:?}")
        }
        _ => "nothing to do".to_owned(),
    };
    println!("{:?}, attempt {}: {done}", job.id(), job.attempt());
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::{fs, process};

    use serde_json::{Value, json};
    use tokio::sync::mpsc;
    use tower::ServiceExt;
    use tower_loops::{EventType, testing};

    use super::*;

    async fn deliver(app: &Router, event_type: EventType, members: Value) {
        let request = testing::request(&event_type, members);
        let response = app.clone().oneshot(request).await.unwrap();
        assert_eq!(response.status(), 200);
    }

    /// Has a worker make one attempt, and waits until its outcome is recorded.
    async fn attempt(inbox: &SqliteInbox) {
        let (done, mut is_done) = mpsc::unbounded_channel();
        let handle = move |job| {
            let done = done.clone();
            async move {
                let outcome = fulfil(job).await;
                done.send(()).unwrap();
                outcome
            }
        };
        let worker = Worker::new(inbox.clone(), service_fn(handle));
        worker
            .run(async move { is_done.recv().await.unwrap() })
            .await;
    }

    async fn waiting_and_dead(inbox: &SqliteInbox) -> (u64, u64) {
        let counts = inbox.counts().await.unwrap();
        (counts.waiting, counts.dead)
    }

    #[tokio::test]
    async fn what_cannot_be_handled_is_dead_until_it_is_redriven() {
        let folder = env::temp_dir().join(format!("cookbook-inbox-{}", process::id()));
        fs::create_dir(&folder).unwrap();
        let inbox = SqliteInbox::open(folder.join("inbox.db")).unwrap();
        let app = app(testing::layer(), inbox.clone());

        deliver(&app, EventType::ChargeRefunded, json!({})).await;
        assert_eq!(waiting_and_dead(&inbox).await, (1, 0));
        attempt(&inbox).await;
        assert_eq!(waiting_and_dead(&inbox).await, (0, 0));

        for _ in 0..2 {
            deliver(&app, EventType::ChargeSucceeded, json!({ "metadata": {} })).await;
        }
        assert_eq!(waiting_and_dead(&inbox).await, (1, 0));
        attempt(&inbox).await;
        assert_eq!(waiting_and_dead(&inbox).await, (0, 1));
        let dead = inbox.dead(10).await.unwrap();
        assert!(dead[0].error.ends_with("the charge names no order"));
        assert_eq!(inbox.redrive_all().await.unwrap(), 1);
        assert_eq!(waiting_and_dead(&inbox).await, (1, 0));
        fs::remove_dir_all(folder).unwrap();
    }
}
