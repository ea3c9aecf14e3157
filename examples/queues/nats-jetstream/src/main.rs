//! A receiver and a worker in one process, with NATS JetStream.
//!
//! ```sh
//! NATS_URL=nats://127.0.0.1:4222 LOOPS_WEBHOOK_SECRET=whsec_example cargo run
//! ```

use std::{env, process::ExitCode};

use queue_nats_jetstream::{Handler, JetStreamInbox, Worker, receiver};
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
    let url = env::var("NATS_URL").unwrap_or("nats://127.0.0.1:4222".to_owned());
    let inbox = JetStreamInbox::connect(&url, 1).await;
    let inbox = inbox.map_err(|error| format!("{error}: is NATS_URL a server with JetStream?"))?;
    let worker = Worker::new(&inbox, Handler::new(service_fn(fulfil))).await?;

    let address = env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!(
        "listening on http://{}/api/webhooks/loops",
        listener.local_addr()?
    );

    let (stop, stopped) = oneshot::channel::<()>();
    let worker = tokio::spawn(worker.run(async { _ = stopped.await }));
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

/// May run more than once for an event: its key, `EventKey::of`, identifies repetitions.
async fn fulfil(event: VerifiedEvent) -> Result<(), BoxError> {
    println!("handled {:?} {:?}", event.event_type().as_str(), event.id());
    Ok(())
}
