//! Signed deliveries through both layers, for the tests of faults.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use axum::{Router, body::Body, http::Request, response::Response, routing::post};
use tower::ServiceExt;
use tower_loops::{
    LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer, idempotency::IdempotencyLayer,
};
use tower_loops_postgres::PostgresStore;

pub(crate) const STORE_TIMEOUT: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub(crate) struct Endpoint {
    app: Router,
    handled: Arc<AtomicUsize>,
}

impl Endpoint {
    pub(crate) fn new(store: PostgresStore, lease: Duration) -> Self {
        let handled = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&handled);
        let handler = move || async move {
            count.fetch_add(1, Ordering::Relaxed);
        };
        let once = IdempotencyLayer::new(store)
            .with_lease(lease)
            .with_store_timeout(STORE_TIMEOUT);
        let signature = LoopsSignatureLayer::new(secret());
        let app = Router::new()
            .route("/", post(handler))
            .layer(once)
            .layer(signature);
        Self { app, handled }
    }

    pub(crate) fn handled(&self) -> usize {
        self.handled.load(Ordering::Relaxed)
    }

    pub(crate) async fn deliver(&self, id: &str) -> Response {
        let body = format!(r#"{{"id":"{id}","type":"charge.succeeded"}}"#);
        let signature = Signer::new(secret()).sign(body.as_bytes(), SystemTime::now());
        let request = Request::post("/")
            .header(SIGNATURE_HEADER, signature)
            .body(Body::from(body))
            .unwrap();
        self.app.clone().oneshot(request).await.unwrap()
    }

    /// The answer's status, and whether it says that it is a duplicate.
    pub(crate) async fn outcome(&self, id: &str) -> (u16, bool) {
        let response = self.deliver(id).await;
        let is_duplicate = response.headers().contains_key("x-loops-webhook-duplicate");
        (response.status().as_u16(), is_duplicate)
    }

    /// Many at once: each gets 503 with `Retry-After`. That it comes within the store timeout is
    /// tested with a paused clock, which a busy machine cannot delay.
    pub(crate) async fn assert_unavailable(&self, fault: &str) {
        let mut deliveries = tokio::task::JoinSet::new();
        for number in 0..40 {
            let endpoint = self.clone();
            deliveries.spawn(async move { endpoint.deliver(&format!("evt_{number}")).await });
        }
        for response in deliveries.join_all().await {
            assert_eq!(response.status(), 503, "{fault}");
            assert_eq!(response.headers()["retry-after"], "5", "{fault}");
        }
    }

    /// Delivers an event until it is handled or found done.
    pub(crate) async fn deliver_until_answered(&self, id: &str) -> bool {
        let deadline = Instant::now() + Duration::from_secs(60);
        loop {
            match self.outcome(id).await {
                (200, is_duplicate) => return is_duplicate,
                (409 | 503, false) => {}
                other => panic!("{id}: {other:?}"),
            }
            assert!(Instant::now() < deadline, "{id} stays blocked");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

fn secret() -> Secret {
    Secret::new("whsec_example").unwrap()
}
