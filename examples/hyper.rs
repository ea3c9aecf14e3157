//! The endpoint on plain hyper, over HTTP/1.1 and HTTP/2.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --example hyper
//! ```
//!
//! and in another terminal
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/loops charge.succeeded
//! ```

use std::{convert::Infallible, env, process, time::Duration};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto,
    service::TowerToHyperService,
};
use tokio::{net::TcpListener, time::sleep};
use tower::ServiceBuilder;
use tower_loops::{BoxError, LoopsSignatureLayer, VerifiedEvent};

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let signature = LoopsSignatureLayer::from_env().unwrap_or_else(|error| {
        eprintln!("{error}");
        process::exit(1)
    });
    // Nobody may keep a connection by sending a body slowly.
    let signature = signature.with_body_timeout(Duration::from_secs(30));
    let service = ServiceBuilder::new().layer(signature).service_fn(receive);
    let service = TowerToHyperService::new(service);

    let address = env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    println!(
        "listening on http://{}/api/webhooks/loops",
        listener.local_addr()?
    );
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Too many open files, most likely: some of them will be closed.
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let service = service.clone();
        tokio::spawn(async move {
            let mut server = auto::Builder::new(TokioExecutor::new());
            // Nor by sending a head slowly: with a timer, hyper waits 30 seconds for it.
            server.http1().timer(TokioTimer::new());
            // What strangers can make one connection hold is this many bodies at the most.
            server.http2().max_concurrent_streams(16);
            let connection = server.serve_connection(TokioIo::new(stream), service);
            if let Err(error) = connection.await {
                eprintln!("connection failed: {error}");
            }
        });
    }
}

/// Gets requests that Loops signed, and no others; the body is the signed bytes.
async fn receive(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::default());
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/api/webhooks/loops") => {
            if let Some(event) = request.extensions().get::<VerifiedEvent>() {
                println!("received: {} {}", event.event_type(), event.id());
            }
            *response.body_mut() = Full::from(r#"{"received":true}"#);
        }
        _ => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    Ok(response)
}
