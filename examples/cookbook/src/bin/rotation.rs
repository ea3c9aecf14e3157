//! A new secret without a lost delivery: both secrets are accepted while Loops changes from one to
//! the other, and the log says which of them signed.
//!
//! 1. Make the new secret in the dashboard. Start with it in `LOOPS_WEBHOOK_SECRET`, and with the
//!    old one in `LOOPS_WEBHOOK_SECRET_OLD`.
//! 2. When the log has not named the old secret for some days, start without it.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_new LOOPS_WEBHOOK_SECRET_OLD=whsec_old \
//!     cargo run --manifest-path examples/cookbook/Cargo.toml --bin rotation
//! ```
//!
//! It needs `tower-loops` with `axum` and `tokio`.

use std::env;

use axum::{Json, Router, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower_loops::{BoxError, LoopsSignatureLayer, Secret, VerifiedEvent};

const NEW: &str = "LOOPS_WEBHOOK_SECRET";
const OLD: &str = "LOOPS_WEBHOOK_SECRET_OLD";

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let new = Secret::from_env(NEW)?;
    // Unset: no rotation is on. Set but empty: an error, as it is for the new secret.
    let old = env::var_os(OLD)
        .map(|_| Secret::from_env(OLD))
        .transpose()?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    println!("listening on http://127.0.0.1:3000/api/webhooks/loops");
    // For a server behind a proxy. `examples/support/serve.rs` is for one that has none.
    axum::serve(listener, app(&new, old.as_ref())).await?;
    Ok(())
}

fn app(new: &Secret, old: Option<&Secret>) -> Router {
    let mut signature = LoopsSignatureLayer::new(new);
    if let Some(old) = old {
        signature = signature.with_additional_secret(old);
    }
    Router::new().route("/api/webhooks/loops", post(receive).route_layer(signature))
}

async fn receive(event: VerifiedEvent) -> Json<Value> {
    // 0 is the secret of `new`, 1 the first additional one.
    let secret = match event.secret_index() {
        0 => "new",
        _ => "old",
    };
    println!("{:?}: signed with the {secret} secret", event.id());
    Json(json!({ "received": true, "secret": secret }))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use axum::{
        body::{Body, to_bytes},
        http::Request,
    };
    use tower::ServiceExt;
    use tower_loops::{EventType, SIGNATURE_HEADER, Signer, testing};

    use super::*;

    /// The status and the secret of the response to a delivery that this secret signed.
    async fn deliver(app: Router, secret: &Secret) -> (u16, Value) {
        let event = testing::sample(&EventType::ChargeSucceeded).to_string();
        let signature = Signer::new(secret).sign(event.as_bytes(), SystemTime::now());
        let request = Request::post("/api/webhooks/loops").header(SIGNATURE_HEADER, signature);
        let response = app
            .oneshot(request.body(Body::from(event)).unwrap())
            .await
            .unwrap();
        let status = response.status().as_u16();
        let body = to_bytes(response.into_body(), 1024).await.unwrap();
        let body: Value = serde_json::from_slice(&body).unwrap();
        (status, body["secret"].clone())
    }

    #[tokio::test]
    async fn both_secrets_are_accepted_until_the_old_one_is_removed() {
        let [new, old] = ["whsec_new", "whsec_old"].map(|text| Secret::new(text).unwrap());
        let (during, after) = (app(&new, Some(&old)), app(&new, None));
        assert_eq!(deliver(during.clone(), &new).await, (200, json!("new")));
        assert_eq!(deliver(during, &old).await, (200, json!("old")));
        assert_eq!(deliver(after.clone(), &new).await, (200, json!("new")));
        assert_eq!(deliver(after, &old).await, (401, Value::Null));
    }
}
