//! A receiver made of this workspace's layers, which does everything right, and how it is checked.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, combinators::UnsyncBoxBody};
use tower::{
    Layer, Service, ServiceBuilder, ServiceExt,
    util::{BoxCloneService, BoxCloneSyncService},
};
use tower_loops::{
    BoxError, LoopsSignatureLayer, Secret, VerifiedEvent,
    idempotency::{IdempotencyLayer, MemoryStore},
};
use tower_loops_check::{CheckResult, Concern, Suite, Summary, Verdict};

pub(crate) type Body = UnsyncBoxBody<Bytes, Infallible>;
pub(crate) type Receiver = BoxCloneService<Request<Full<Bytes>>, Response<Body>, Infallible>;
pub(crate) type Handler =
    BoxCloneSyncService<Request<Full<Bytes>>, Response<Full<Bytes>>, Infallible>;

pub(crate) fn secret() -> Secret {
    Secret::new("whsec_of_the_suites_tests").expect("it is not empty")
}

pub(crate) fn signature() -> LoopsSignatureLayer {
    LoopsSignatureLayer::new(secret())
}

/// How many charges were handled.
#[derive(Clone, Default)]
pub(crate) struct Effects(Arc<AtomicU64>);

impl Effects {
    pub(crate) fn add(&self, event_type: &str) {
        let is_charge = event_type == "charge.succeeded";
        self.0.fetch_add(is_charge.into(), Ordering::SeqCst);
    }

    /// A handler that counts, and responds with this status.
    pub(crate) fn handler(&self, status: fn(&VerifiedEvent) -> StatusCode) -> Handler {
        let effects = self.clone();
        let handle = move |request: Request<Full<Bytes>>| {
            let event = request.extensions().get::<VerifiedEvent>();
            let status = event.map_or(StatusCode::INTERNAL_SERVER_ERROR, status);
            if let Some(event) = event.filter(|_| status.is_success()) {
                effects.add(event.event_type().as_str());
            }
            let mut response = Response::new(Full::from(r#"{"received": true}"#));
            *response.status_mut() = status;
            async { Ok(response) }
        };
        BoxCloneSyncService::new(tower::service_fn(handle))
    }

    /// A handler that responds at once, and counts a charge after this time.
    pub(crate) fn late(&self, delay: Duration) -> Handler {
        let effects = self.clone();
        let handle = move |_: Request<Full<Bytes>>| {
            let effects = effects.clone();
            tokio::spawn(async move {
                tokio::time::sleep(delay).await;
                effects.add("charge.succeeded");
            });
            async { Ok(Response::default()) }
        };
        BoxCloneSyncService::new(tower::service_fn(handle))
    }

    /// The receiver that does everything right, behind this layer.
    pub(crate) fn behind(&self, signature: LoopsSignatureLayer) -> Receiver {
        behind(signature, self.handler(|_| StatusCode::OK))
    }

    pub(crate) fn suite(&self) -> Suite {
        let count = Arc::clone(&self.0);
        Suite::new(secret()).with_effects(move || {
            let count = count.load(Ordering::SeqCst);
            async move { Ok::<u64, BoxError>(count) }
        })
    }
}

/// The handler behind this layer, which handles each event once.
pub(crate) fn behind(signature: LoopsSignatureLayer, handler: Handler) -> Receiver {
    let once = IdempotencyLayer::new(MemoryStore::new()).layer(handler);
    boxed(signature, once)
}

/// The service behind this layer.
pub(crate) fn boxed<S, B>(signature: LoopsSignatureLayer, service: S) -> Receiver
where
    S: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible>,
    S: Clone + Send + 'static,
    S::Future: Send + 'static,
    B: http_body::Body<Data = Bytes, Error = Infallible> + Send + 'static,
{
    ServiceBuilder::new()
        .map_response(|response: Response<_>| response.map(BodyExt::boxed_unsync))
        .layer(signature)
        .service(service)
        .boxed_clone()
}

/// The receiver, with this around it.
pub(crate) fn around<F, R>(receiver: Receiver, handle: F) -> Receiver
where
    F: Fn(Receiver, Request<Bytes>) -> R + Clone + Send + 'static,
    R: Future<Output = Result<Response<Body>, Infallible>> + Send,
{
    let handle = move |request: Request<Full<Bytes>>| {
        let (handle, receiver) = (handle.clone(), receiver.clone());
        async move {
            let (head, body) = request.into_parts();
            let Ok(body) = body.collect().await;
            handle(receiver, Request::from_parts(head, body.to_bytes())).await
        }
    };
    BoxCloneService::new(tower::service_fn(handle))
}

/// What is skipped in this process.
pub(crate) const CONNECTIONS: [&str; 4] = [
    "oversize-undeclared",
    "declared-terabyte",
    "cut-off",
    "slow-body",
];

pub(crate) async fn results(suite: Suite, receiver: Receiver) -> (Vec<CheckResult>, Summary) {
    let mut results = Vec::new();
    let summary = suite.run(receiver, |result| results.push(result)).await;
    (results, summary)
}

/// What fails, by concern and check.
pub(crate) async fn failures(suite: Suite, receiver: Receiver) -> Vec<(Concern, &'static str)> {
    let (mut results, summary) = results(suite, receiver).await;
    results.retain(|result| result.verdict == Verdict::Fail);
    assert_eq!(summary.failed, results.len());
    let failed = results.iter();
    failed
        .map(|result| (result.concern, result.check))
        .collect()
}
