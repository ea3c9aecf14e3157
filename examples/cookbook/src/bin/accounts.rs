//! Several Loops accounts in one server: each has its own path, secret and namespace. The path says
//! which secret counts, so one account cannot sign for another.
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET_SHOP=whsec_1 LOOPS_WEBHOOK_SECRET_CLUB=whsec_2 \
//!     cargo run --manifest-path examples/cookbook/Cargo.toml --bin accounts
//! ```
//!
//! Then, in another terminal:
//!
//! ```sh
//! LOOPS_WEBHOOK_SECRET=whsec_1 cargo run --example send_event -- http://127.0.0.1:3000/api/webhooks/shop
//! ```
//!
//! It needs `tower-loops` with `axum`, `idempotency` and `tokio`.

use axum::{Extension, Json, Router, routing::post};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_loops::{
    BoxError, LoopsSignatureLayer, Secret, VerifiedEvent,
    idempotency::{AnyStore, IdempotencyLayer, MemoryStore},
};

const ACCOUNTS: [&str; 2] = ["shop", "club"];

/// Who sent the event, for the handler.
#[derive(Clone, Copy)]
struct Account(&'static str);

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let mut secrets = Vec::new();
    for name in ACCOUNTS {
        let variable = format!("LOOPS_WEBHOOK_SECRET_{}", name.to_uppercase());
        secrets.push((name, Secret::from_env(&variable)?));
    }
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    for name in ACCOUNTS {
        println!("listening on http://127.0.0.1:3000/api/webhooks/{name}");
    }
    // For a server behind a proxy. `examples/support/serve.rs` is for one that has none.
    axum::serve(listener, app(secrets)).await?;
    Ok(())
}

fn app(secrets: impl IntoIterator<Item = (&'static str, Secret)>) -> Router {
    // One store for all: a database, if events must be remembered after a restart.
    let store = AnyStore::new(MemoryStore::new());
    let mut app = Router::new();
    for (name, secret) in secrets {
        // The first layer is the outermost.
        let layers = ServiceBuilder::new()
            .layer(LoopsSignatureLayer::new(secret))
            .layer(IdempotencyLayer::new(store.clone()).with_namespace(name))
            .layer(Extension(Account(name)));
        app = app.route(
            &format!("/api/webhooks/{name}"),
            post(receive).route_layer(layers),
        );
    }
    app
}

async fn receive(
    Extension(Account(name)): Extension<Account>,
    event: VerifiedEvent,
) -> Json<Value> {
    println!("{name}: {:?} {:?}", event.event_type().as_str(), event.id());
    Json(json!({ "received": true }))
}

#[cfg(test)]
mod tests {
    use std::time::SystemTime;

    use axum::{body::Body, http::Request};
    use tower::ServiceExt;
    use tower_loops::{
        EventType, SIGNATURE_HEADER, Signer, idempotency::DUPLICATE_HEADER, testing,
    };

    use super::*;

    /// The status, and whether the response says that the event was handled before.
    async fn deliver(app: &Router, name: &str, secret: &Secret) -> (u16, bool) {
        let event = testing::sample(&EventType::ChargeSucceeded).to_string();
        let signature = Signer::new(secret).sign(event.as_bytes(), SystemTime::now());
        let path = format!("/api/webhooks/{name}");
        let request = Request::post(path).header(SIGNATURE_HEADER, signature);
        let request = request.body(Body::from(event)).unwrap();
        let response = app.clone().oneshot(request).await.unwrap();
        let is_duplicate = response.headers().contains_key(DUPLICATE_HEADER);
        (response.status().as_u16(), is_duplicate)
    }

    #[tokio::test]
    async fn each_account_signs_for_itself_and_has_events_of_its_own() {
        let [shop, club] = ["whsec_1", "whsec_2"].map(|text| Secret::new(text).unwrap());
        let app = app([("shop", shop.clone()), ("club", club.clone())]);
        assert_eq!(deliver(&app, "club", &shop).await, (401, false));
        assert_eq!(deliver(&app, "shop", &shop).await, (200, false));
        assert_eq!(deliver(&app, "shop", &shop).await, (200, true));
        // The same id in another account.
        assert_eq!(deliver(&app, "club", &club).await, (200, false));
        assert_eq!(deliver(&app, "unknown", &shop).await, (404, false));
    }
}
