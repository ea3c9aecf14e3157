//! The endpoint in Rocket: a data guard of some 20 lines, on `Verifier`, and the catcher that
//! responds to rejections.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_example cargo run --manifest-path examples/rocket/Cargo.toml
//! ```

use std::{
    env,
    net::SocketAddr,
    time::{Duration, SystemTime},
};

use rocket::{
    Config, Request, catch, catchers,
    data::{ByteUnit, Data, DataStream, FromData, Outcome},
    fairing::AdHoc,
    http::Status,
    post, routes,
    serde::json::{Value, json},
    tokio::{
        io::{AsyncReadExt, copy, sink},
        time::{Instant, timeout_at},
    },
};
use tower_loops::{
    BodyError, BoxError, Rejection, SIGNATURE_HEADER, Secret, VerifiedEvent, Verifier,
};

/// The longest body that is accepted. Of any body, twice as much is read before the response.
const MAX_BODY: usize = 1024 * 1024;

/// For the whole body, accepted or rejected, after its first 512 bytes: Rocket reads those itself,
/// without a timeout. A proxy in front must limit that.
const BODY_TIMEOUT: Duration = Duration::from_secs(5);

/// A handler with this argument runs only for what Loops signed.
struct Event(VerifiedEvent);

#[rocket::async_trait]
impl<'r> FromData<'r> for Event {
    /// `None`: the application manages no `Verifier`.
    type Error = Option<Rejection>;

    async fn from_data(request: &'r Request<'_>, data: Data<'r>) -> Outcome<'r, Self> {
        let Some(verifier) = request.rocket().state::<Verifier>() else {
            return Outcome::Error((Status::InternalServerError, None));
        };
        let mut body = data.open(ByteUnit::from(2 * MAX_BODY));
        let deadline = Instant::now() + BODY_TIMEOUT;
        let verified = timeout_at(deadline, verify(verifier, request, &mut body)).await;
        match verified.unwrap_or_else(|_| Err(Rejection::body_timeout())) {
            Ok(event) => Outcome::Success(Self(event)),
            Err(rejection) => {
                // Reads on, so that a client that is still writing sees the response and not a
                // reset connection.
                let _ = timeout_at(deadline, copy(&mut body, &mut sink())).await;
                request.local_cache(|| Some(rejection.clone()));
                Outcome::Error((Status::new(rejection.status().as_u16()), Some(rejection)))
            }
        }
    }
}

async fn verify(
    verifier: &Verifier,
    request: &Request<'_>,
    body: &mut DataStream<'_>,
) -> Result<VerifiedEvent, Rejection> {
    // Every line: the first of several would hide the others. (Rocket itself drops lines that are
    // not UTF-8.)
    let lines = request.headers().get(SIGNATURE_HEADER.as_str());
    let mut verification = verifier.begin_lines(lines.map(str::as_bytes), SystemTime::now())?;
    let mut chunk = vec![0; 16 * 1024];
    while !verification.is_too_large() {
        match body.read(&mut chunk).await.map_err(BodyError::new)? {
            0 => break,
            length => verification.update(&chunk[..length]),
        }
    }
    verification.finish()
}

#[catch(default)]
fn rejected(status: Status, request: &Request<'_>) -> Value {
    match request.local_cache(|| None::<Rejection>) {
        Some(rejection) => json!({ "error": rejection.to_string() }),
        None => json!({ "error": status.reason_lossy() }),
    }
}

#[post("/loops", data = "<event>")]
fn receive(event: Event) -> Value {
    let Event(event) = event;
    // Escaped: an id or a type may contain what controls a terminal.
    println!(
        "received: {:?} {:?}",
        event.event_type().as_str(),
        event.id()
    );
    json!({ "received": true })
}

#[rocket::main]
async fn main() -> Result<(), BoxError> {
    let secret = Secret::from_env("LOOPS_WEBHOOK_SECRET")?;
    let address = env::args().nth(1).unwrap_or("127.0.0.1:3000".to_owned());
    let address: SocketAddr = address.parse()?;
    let config = Config::figment()
        .merge(("address", address.ip()))
        .merge(("port", address.port()))
        .merge(("log_level", "critical"));
    rocket::custom(config)
        .manage(Verifier::new(secret).with_max_body_size(MAX_BODY))
        .mount("/api/webhooks", routes![receive])
        .register("/api/webhooks", catchers![rejected])
        .attach(AdHoc::on_liftoff("address", |rocket| {
            Box::pin(async move {
                let config = rocket.config();
                let address = SocketAddr::from((config.address, config.port));
                println!("listening on http://{address}/api/webhooks/loops");
            })
        }))
        .launch()
        .await?;
    Ok(())
}
