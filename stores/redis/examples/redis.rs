//! One event delivered twice, handled once, with what is remembered in Redis.
//!
//! ```sh
//! redis-server --port 6379 --appendonly yes &
//! REDIS_URL=redis://127.0.0.1:6379 cargo run --package tower-loops-redis --example redis
//! ```

use std::{
    env, process,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
    routing::post,
};
use redis::{
    Client, RedisResult,
    aio::{ConnectionManager, ConnectionManagerConfig},
};
use tower::ServiceExt;
use tower_loops::{
    BoxError, LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, VerifiedEvent,
    idempotency::{DUPLICATE_HEADER, IdempotencyLayer},
};
use tower_loops_redis::RedisStore;

const PATH: &str = "/webhooks/loops";

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let url = env::var("REDIS_URL").unwrap_or("redis://127.0.0.1:6379".to_owned());
    let manager = connect(&url).await.unwrap_or_else(|error| {
        eprintln!("cannot use Redis: {error}\nStart a server (redis-server --port 6379), or set REDIS_URL to yours.");
        process::exit(1)
    });
    let secret = Secret::new("whsec_example")?;
    let once = IdempotencyLayer::new(RedisStore::new(manager)).with_namespace("example");
    // The layer that is added last is the outermost.
    let hook = post(handle)
        .route_layer(once)
        .route_layer(LoopsSignatureLayer::new(secret.clone()));
    let app = Router::new().route(PATH, hook);

    let now = SystemTime::now().duration_since(UNIX_EPOCH)?.as_nanos();
    let body = format!(r#"{{"id":"evt_{now}","type":"charge.succeeded"}}"#);
    let signer = Signer::new(secret);
    for delivery in ["first", "second"] {
        println!("{delivery} delivery");
        let request = Request::post(PATH)
            .header(
                SIGNATURE_HEADER,
                signer.sign(body.as_bytes(), SystemTime::now()),
            )
            .body(Body::from(body.clone()))?;
        let response = app.clone().oneshot(request).await?;
        let status = response.status();
        let is_duplicate = response.headers().contains_key(DUPLICATE_HEADER);
        let text = to_bytes(response.into_body(), 1024).await?;
        println!(
            "  {status} {} (marked as a duplicate: {is_duplicate})",
            String::from_utf8_lossy(&text)
        );
    }
    Ok(())
}

/// Fails at once when there is no server or it rejects the login. Later it reconnects for as long
/// as it takes.
async fn connect(url: &str) -> RedisResult<ConnectionManager> {
    let client = Client::open(url)?;
    client.get_multiplexed_async_connection().await?;
    let config = ConnectionManagerConfig::new()
        .set_number_of_retries(usize::MAX)
        .set_max_delay(Duration::from_millis(500));
    ConnectionManager::new_with_config(client, config).await
}

async fn handle(event: VerifiedEvent) -> &'static str {
    println!(
        "  handling {:?} {:?}",
        event.event_type().as_str(),
        event.id()
    );
    r#"{"received": true}"#
}
