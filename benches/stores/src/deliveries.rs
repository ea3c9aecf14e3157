//! Verified deliveries to the layer, by many tasks at once.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::Arc,
    time::{Duration, Instant, SystemTime},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{Layer, Service, ServiceExt, util::ServiceFn, util::service_fn};
use tower_loops::{
    Secret, Signer, VerifiedEvent, Verifier,
    idempotency::{DUPLICATE_HEADER, EventStore, Idempotency, IdempotencyLayer},
};

type Answer = Ready<Result<Response<Full<Bytes>>, Infallible>>;
type Handler = ServiceFn<fn(Request<Full<Bytes>>) -> Answer>;

/// The layer around a handler that does nothing.
pub(crate) fn layer<St: EventStore>(store: St) -> Idempotency<Handler, St> {
    let handler: Handler = service_fn(|_| ready(Ok(Response::new(Full::default()))));
    IdempotencyLayer::new(store).layer(handler)
}

/// Events that are verified already: what a verification takes is not counted.
pub(crate) fn events(count: usize) -> Arc<Vec<VerifiedEvent>> {
    let secret = Secret::new("whsec_bench").expect("a secret");
    let (signer, verifier) = (Signer::new(&secret), Verifier::new(&secret));
    let now = SystemTime::now();
    let event = |number| {
        let id = format!("evt_3MtwBwLkdIwHu7ix{number:08}");
        let body = Bytes::from(format!(r#"{{"id":"{id}","type":"charge.succeeded"}}"#));
        let signature = signer.sign(&body, now);
        let event = verifier.verify(signature.as_bytes(), body, now);
        event.expect("it is signed")
    };
    Arc::new((0..count).map(event).collect())
}

/// Delivers all events from this number of tasks. Each answer must be 200, as a duplicate or not.
pub(crate) async fn deliver<S, ResBody>(
    service: &S,
    events: &Arc<Vec<VerifiedEvent>>,
    tasks: usize,
    is_duplicate: bool,
) -> Duration
where
    S: Service<
            Request<Full<Bytes>>,
            Response = Response<ResBody>,
            Error = Infallible,
            Future: Send,
        > + Clone
        + Send
        + 'static,
    ResBody: Send,
{
    let each = events.len() / tasks;
    let start = Instant::now();
    let tasks = (0..tasks).map(|task| {
        let (mut service, events) = (service.clone(), Arc::clone(events));
        tokio::spawn(async move {
            for event in &events[task * each..][..each] {
                let mut request = Request::new(Full::default());
                request.extensions_mut().insert(event.clone());
                let Ok(ready) = service.ready().await;
                let Ok(response) = ready.call(request).await;
                assert_eq!(response.status(), 200);
                let marked = response.headers().contains_key(DUPLICATE_HEADER);
                assert_eq!(marked, is_duplicate);
            }
        })
    });
    for task in tasks.collect::<Vec<_>>() {
        task.await.expect("no task panics");
    }
    start.elapsed()
}
