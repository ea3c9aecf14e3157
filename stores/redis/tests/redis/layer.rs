//! A webhook's endpoint with the store, as the fault tests use it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use axum::{
    Router,
    body::Body,
    http::{Request, Response, StatusCode},
    routing::post,
};
use tower::{ServiceBuilder, ServiceExt};
use tower_loops::{
    LoopsSignatureLayer, SIGNATURE_HEADER, Secret, Signer,
    idempotency::{DUPLICATE_HEADER, IdempotencyLayer},
};
use tower_loops_redis::RedisStore;

const STORE_TIMEOUT: Duration = Duration::from_secs(1);

/// Answers 200 and counts.
pub(crate) struct Endpoint {
    router: Router,
    signer: Signer,
    handled: Arc<AtomicUsize>,
}

impl Endpoint {
    pub(crate) fn new(store: RedisStore) -> Self {
        let secret = Secret::new("whsec_of_the_redis_tests").expect("not empty");
        let handled = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&handled);
        let handler = move || async move {
            counter.fetch_add(1, Ordering::SeqCst);
        };
        let idempotency = IdempotencyLayer::new(store)
            .with_lease(Duration::from_secs(600))
            .with_store_timeout(STORE_TIMEOUT);
        Self {
            router: Router::new().route("/", post(handler)).layer(
                ServiceBuilder::new()
                    .layer(LoopsSignatureLayer::new(secret.clone()))
                    .layer(idempotency),
            ),
            signer: Signer::new(secret),
            handled,
        }
    }

    pub(crate) async fn deliver(&self, id: &str) -> Response<Body> {
        let body = format!(r#"{{"id":"{id}","type":"charge.succeeded"}}"#);
        let signature = self.signer.sign(body.as_bytes(), SystemTime::now());
        let request = Request::post("/").header(SIGNATURE_HEADER, signature);
        let request = request.body(Body::from(body)).expect("a valid request");
        let Ok(response) = self.router.clone().oneshot(request).await;
        response
    }

    pub(crate) fn handled(&self) -> usize {
        self.handled.load(Ordering::SeqCst)
    }
}

pub(crate) fn is_fresh(response: &Response<Body>) -> bool {
    response.status() == StatusCode::OK && !response.headers().contains_key(DUPLICATE_HEADER)
}

pub(crate) fn is_duplicate(response: &Response<Body>) -> bool {
    response.status() == StatusCode::OK && response.headers().contains_key(DUPLICATE_HEADER)
}
