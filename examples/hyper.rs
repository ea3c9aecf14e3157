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

use std::{
    convert::Infallible,
    env,
    fmt::Arguments,
    io::{self, Write},
    process,
};

use bytes::Bytes;
use http::{Method, Request, Response, StatusCode};
use http_body_util::Full;
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_loops::{BoxError, LoopsSignatureLayer, VerifiedEvent};

use crate::serve::{Limits, serve};

#[path = "support/serve.rs"]
mod serve;

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let signature = LoopsSignatureLayer::from_env().unwrap_or_else(|error| {
        eprintln!("{error}");
        process::exit(1)
    });
    let service = ServiceBuilder::new().layer(signature).service_fn(receive);

    let address = env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let listener = TcpListener::bind(address).await?;
    say(format_args!(
        "listening on http://{}/api/webhooks/loops",
        listener.local_addr()?
    ));
    serve(listener, service, Limits::default()).await
}

/// Prints a line. `println!` panics once nobody reads any more, as after `| head`: an event would
/// not be acknowledged.
fn say(line: Arguments<'_>) {
    let _ = writeln!(io::stdout(), "{line}");
}

/// Gets requests that Loops signed, and no others; the body is the signed bytes.
async fn receive(request: Request<Full<Bytes>>) -> Result<Response<Full<Bytes>>, Infallible> {
    let mut response = Response::new(Full::default());
    match (request.method(), request.uri().path()) {
        (&Method::POST, "/api/webhooks/loops") => {
            if let Some(event) = request.extensions().get::<VerifiedEvent>() {
                // What a sender wrote, escaped: a line break in it would begin a new line.
                say(format_args!(
                    "received: {:?} {:?}",
                    event.event_type().as_str(),
                    event.id()
                ));
            }
            *response.body_mut() = Full::from(r#"{"received":true}"#);
        }
        _ => *response.status_mut() = StatusCode::NOT_FOUND,
    }
    Ok(response)
}
