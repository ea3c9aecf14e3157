//! Signs a realistic event and posts it to a running endpoint, as Loops does.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/loops charge.succeeded
//! ```
//!
//! `tower-loops send`, in the folder `cli`, does more: https, payloads and values of your own,
//! ages, many deliveries at once.

use std::{
    collections::hash_map::RandomState, env, hash::BuildHasher, process::ExitCode, time::SystemTime,
};

use bytes::Bytes;
use http::{Request, header::CONTENT_TYPE};
use http_body_util::{BodyExt, Full};
use hyper_util::{client::legacy::Client, rt::TokioExecutor};
use tower_loops::{BoxError, EventType, SIGNATURE_HEADER, Secret, Signer, testing};

/// Exits with 0 if the response is 2xx, with 1 if not, with 2 if there is none.
#[tokio::main]
async fn main() -> ExitCode {
    match send(env::args().skip(1).collect()).await {
        Ok(is_accepted) => ExitCode::from(u8::from(!is_accepted)),
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

async fn send(args: Vec<String>) -> Result<bool, BoxError> {
    let (url, event_type) = match &args[..] {
        [url] => (url, "charge.succeeded"),
        [url, event_type] => (url, event_type.as_str()),
        _ => return Err("usage: cargo run --example send_event -- URL [EVENT_TYPE]".into()),
    };
    let signer = Signer::new(Secret::from_env("LOOPS_WEBHOOK_SECRET")?);
    let mut event = testing::sample(&EventType::from(event_type));
    // Each `RandomState` has its own keys.
    let id = format!("evt_test_{:016x}", RandomState::new().hash_one(0));
    event["id"] = id.as_str().into();
    let body = event.to_string();
    let signature = signer.sign(body.as_bytes(), SystemTime::now());
    let request = Request::post(url)
        .header(CONTENT_TYPE, "application/json")
        .header(SIGNATURE_HEADER, signature)
        .body(Full::<Bytes>::from(body))?;

    let client = Client::builder(TokioExecutor::new()).build_http();
    let cannot = |error| format!("cannot deliver to {url}: {error:?}");
    let response = client.request(request).await.map_err(cannot)?;
    let status = response.status();
    let body = response.into_body().collect().await?.to_bytes();
    let body = String::from_utf8_lossy(&body);
    println!("{event_type}  {id}  {status}  {body:?}");
    Ok(status.is_success())
}
