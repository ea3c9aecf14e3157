//! The endpoint in actix-web: an extractor of some 20 lines, on `Verifier`.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --manifest-path examples/actix/Cargo.toml
//! ```

use std::{
    env,
    time::{Duration, SystemTime},
};

use actix_web::{
    App, FromRequest, HttpRequest, HttpResponse, HttpServer,
    dev::Payload,
    error::{ErrorInternalServerError, InternalError},
    http::StatusCode,
    web,
};
use futures_util::{StreamExt, future::LocalBoxFuture};
use serde_json::{Value, json};
use tokio::time::{Instant, timeout_at};
use tower_loops::{
    BodyError, BoxError, Rejection, SIGNATURE_HEADER, Secret, VerifiedEvent, Verifier,
};

/// The longest body that is accepted, and how much of a rejected one is read before the response.
const MAX_BODY: usize = 1024 * 1024;

/// For the whole body, accepted or rejected.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// A handler with this argument runs only for what Loops signed.
struct Event(VerifiedEvent);

impl FromRequest for Event {
    type Error = actix_web::Error;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, body: &mut Payload) -> Self::Future {
        let (request, mut body) = (request.clone(), body.take());
        Box::pin(async move {
            let Some(verifier) = request.app_data::<Verifier>() else {
                return Err(ErrorInternalServerError("no verifier"));
            };
            let deadline = Instant::now() + BODY_TIMEOUT;
            let verified = timeout_at(deadline, verify(verifier, &request, &mut body)).await;
            match verified.unwrap_or_else(|_| Err(Rejection::body_timeout())) {
                Ok(event) => Ok(Self(event)),
                Err(rejection) => {
                    let _ = timeout_at(deadline, drain(&mut body)).await;
                    Err(response(rejection))
                }
            }
        })
    }
}

async fn verify(
    verifier: &Verifier,
    request: &HttpRequest,
    body: &mut Payload,
) -> Result<VerifiedEvent, Rejection> {
    // Every line: the first of several would hide the others.
    let lines = request.headers().get_all(SIGNATURE_HEADER.as_str());
    let lines = lines.map(|line| line.as_bytes());
    let mut verification = verifier.begin_lines(lines, SystemTime::now())?;
    while !verification.is_too_large()
        && let Some(chunk) = body.next().await
    {
        verification.update(chunk.map_err(BodyError::new)?);
    }
    verification.finish()
}

/// Reads on, so that a client that is still writing sees the response and not a reset connection.
async fn drain(body: &mut Payload) {
    let mut left = MAX_BODY;
    while left > 0
        && let Some(Ok(chunk)) = body.next().await
    {
        left = left.saturating_sub(chunk.len().max(1));
    }
}

fn response(rejection: Rejection) -> actix_web::Error {
    let status = StatusCode::from_u16(rejection.status().as_u16());
    let response = HttpResponse::build(status.unwrap_or(StatusCode::BAD_REQUEST))
        .json(json!({ "error": rejection.to_string() }));
    InternalError::from_response(rejection, response).into()
}

async fn receive(Event(event): Event) -> web::Json<Value> {
    // Escaped: an id or a type may contain what controls a terminal.
    println!(
        "received: {:?} {:?}",
        event.event_type().as_str(),
        event.id()
    );
    web::Json(json!({ "received": true }))
}

#[actix_web::main]
async fn main() -> Result<(), BoxError> {
    let secret = Secret::from_env("LOOPS_WEBHOOK_SECRET")?;
    let verifier = Verifier::new(secret).with_max_body_size(MAX_BODY);
    let server = HttpServer::new(move || {
        App::new()
            .app_data(verifier.clone())
            .route("/api/webhooks/loops", web::post().to(receive))
    });
    let server = server.bind(env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned()))?;
    for address in server.addrs() {
        println!("listening on http://{address}/api/webhooks/loops");
    }
    Ok(server.run().await?)
}
