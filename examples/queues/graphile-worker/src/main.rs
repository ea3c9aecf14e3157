//! A receiver and a worker in one process, with `graphile_worker`.
//!
//! ```sh
//! DATABASE_URL=postgres://postgres@localhost/postgres LOOPS_WEBHOOK_SECRET=whsec_example cargo run
//! ```

use std::{env, process::ExitCode, time::Duration};

use queue_graphile_worker::{GraphileInbox, Handler, receiver, work};
use tokio::{net::TcpListener, signal::ctrl_c, sync::oneshot};
use tower::service_fn;
use tower_loops::{BoxError, LoopsSignatureLayer, VerifiedEvent};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), BoxError> {
    let signature = LoopsSignatureLayer::from_env()?;
    let url = env::var("DATABASE_URL")
        .map_err(|_| "set DATABASE_URL, such as postgres://postgres@localhost/postgres")?;
    let inbox = GraphileInbox::new(&url)?;
    let ready = inbox.ensure_schema().await;
    ready.map_err(|error| format!("{error}: is DATABASE_URL a PostgreSQL server?"))?;
    tokio::spawn(inbox.clone().purge_every(Duration::from_secs(3600)));

    let address = env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!(
        "listening on http://{}/api/webhooks/loops",
        listener.local_addr()?
    );

    let (stop, stopped) = oneshot::channel::<()>();
    let queue = inbox.clone();
    let worker = tokio::spawn(async move {
        let handler = Handler::new(service_fn(fulfil));
        work(&queue, handler, async { _ = stopped.await }).await;
    });
    axum::serve(listener, receiver(inbox, signature))
        .with_graceful_shutdown(async {
            if ctrl_c().await.is_err() {
                std::future::pending::<()>().await;
            }
        })
        .await?;
    drop(stop);
    Ok(worker.await?)
}

/// May run more than once for an event. Where its effects are rows of this database,
/// `PostgresStore::mark_processed` with `EventKey::of` commits them once.
async fn fulfil(event: VerifiedEvent) -> Result<(), BoxError> {
    println!("handled {:?} {:?}", event.event_type().as_str(), event.id());
    Ok(())
}
