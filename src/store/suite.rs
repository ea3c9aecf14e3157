//! What the conformance suites share.

use std::{
    future::Future,
    sync::Arc,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use tokio::{
    sync::Barrier,
    task::JoinSet,
    time::{Instant, sleep},
};

use crate::{
    event::VerifiedEvent,
    hex::hex,
    secret::Secret,
    signature::Signer,
    signature::Verifier,
    store::{StoreError, Token},
};

/// How long a store may take to notice that a time has passed.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(60);

/// A lease that does not end while the suite runs.
pub(crate) const LONG: Duration = Duration::from_secs(600);
/// A lease whose end is waited for.
pub(crate) const SHORT: Duration = Duration::from_millis(250);

/// A namespace that no other run uses.
pub(crate) fn fresh_namespace() -> String {
    format!("conformance-{}", hex(Token::random().as_bytes()))
}

pub(crate) fn answered<T>(answer: Result<T, StoreError>) -> T {
    answer.unwrap_or_else(|error| panic!("the store failed: {error}: {:?}", error))
}

/// Polls until the answer is there.
pub(crate) async fn eventually<F: Future<Output = bool>>(what: &str, mut ask: impl FnMut() -> F) {
    let begun = Instant::now();
    while !ask().await {
        assert!(begun.elapsed() < TIMEOUT, "{what}: not after {TIMEOUT:?}");
        sleep(Duration::from_millis(10)).await;
    }
}

/// The results of this many tasks that begin together.
pub(crate) async fn at_once<T, F>(count: usize, run: impl Fn() -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let barrier = Arc::new(Barrier::new(count));
    let mut tasks = JoinSet::new();
    for _ in 0..count {
        let (barrier, run) = (Arc::clone(&barrier), run());
        tasks.spawn(async move {
            barrier.wait().await;
            run.await
        });
    }
    tasks.join_all().await
}

/// A function as a service that is always ready.
#[derive(Clone)]
pub(crate) struct Handler<H>(pub(crate) H);

impl<H, F, Req, T, E> tower_service::Service<Req> for Handler<H>
where
    H: Fn(Req) -> F,
    F: Future<Output = Result<T, E>>,
{
    type Response = T;
    type Error = E;
    type Future = F;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), E>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Req) -> F {
        (self.0)(request)
    }
}

/// `count` events: `evt_0`, `evt_1` and so on.
#[cfg(feature = "idempotency")]
pub(crate) fn events(count: usize) -> Vec<VerifiedEvent> {
    let event = |number| format!(r#"{{"id":"evt_{number}","type":"charge.succeeded"}}"#);
    (0..count).map(|number| verified(event(number))).collect()
}

/// The event of a payload.
pub(crate) fn verified(payload: impl Into<Bytes>) -> VerifiedEvent {
    let secret = Secret::new("whsec_conformance").expect("it is not empty");
    let (payload, now) = (payload.into(), SystemTime::now());
    let header = Signer::new(&secret).sign(&payload, now);
    let event = Verifier::new(secret).verify(header.as_bytes(), payload, now);
    event.expect("it is signed")
}
