//! What the tests share: verified deliveries, and handlers that are counted and can be blocked.

use std::{
    future::Future,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use testkit::{
    delivery::{SECRET, now, secret, sign},
    log::Log,
    response::Answer,
};
use tokio::{
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
    time::sleep,
};
use tower::{Service, ServiceExt, service_fn};
use tower_loops::{BoxError, ResponseBody, VerifiedEvent, Verifier};
use tracing_subscriber::filter::LevelFilter;

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// What this thread logs until the guard is dropped.
pub(crate) fn log() -> (Log, impl Drop) {
    Log::capture(LevelFilter::INFO)
}

pub(crate) fn payload(id: &str) -> String {
    serde_json::json!({ "id": id, "type": "charge.succeeded" }).to_string()
}

pub(crate) fn verified(payload: &str) -> VerifiedEvent {
    let body = Bytes::copy_from_slice(payload.as_bytes());
    let event = Verifier::new(secret(SECRET)).verify(sign(payload).as_bytes(), body, now());
    event.expect("a genuine delivery")
}

/// A request as the signature layer passes it on.
pub(crate) fn delivery_of(payload: &str) -> Request<()> {
    let mut request = Request::new(());
    request.extensions_mut().insert(verified(payload));
    request
}

pub(crate) type Reply = Result<Response<Full<Bytes>>, BoxError>;

pub(crate) fn reply(status: u16) -> Reply {
    let mut response = Response::new(Full::from("the handler's"));
    *response.status_mut() = StatusCode::from_u16(status)?;
    Ok(response)
}

/// The number of calls of a handler.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<AtomicUsize>);

impl Calls {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Counts a call. Returns the calls before it.
    pub(crate) fn begin(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    /// A handler whose calls are counted. Its argument is the number of calls before.
    pub(crate) fn handler<F, Fut>(&self, handle: F) -> impl Handler + use<F, Fut>
    where
        F: Fn(usize) -> Fut + Clone + Send + 'static,
        Fut: Future<Output = Reply> + Send,
    {
        let calls = self.clone();
        service_fn(move |_: Request<()>| handle(calls.begin()))
    }

    pub(crate) fn succeeding(&self) -> impl Handler + use<> {
        self.handler(|_| async { reply(200) })
    }

    /// Succeeds when the gate opens.
    pub(crate) fn waiting_at(&self, gate: &Gate) -> impl Handler + use<> {
        let gate = gate.clone();
        self.handler(move |_| {
            let gate = gate.clone();
            async move {
                gate.pass().await;
                reply(200)
            }
        })
    }

    /// Responds after this time with this status.
    pub(crate) fn taking(&self, time: Duration, status: u16) -> impl Handler + use<> {
        self.handler(move |_| async move {
            sleep(time).await;
            reply(status)
        })
    }
}

pub(crate) trait Handler:
    Service<Request<()>, Response = Response<Full<Bytes>>, Error = BoxError, Future: Send>
    + Clone
    + Send
    + 'static
{
}

impl<S> Handler for S where
    S: Service<Request<()>, Response = Response<Full<Bytes>>, Error = BoxError, Future: Send>
        + Clone
        + Send
        + 'static
{
}

/// Handlers wait here until it opens for one of them.
#[derive(Clone)]
pub(crate) struct Gate {
    arrived: Arc<Semaphore>,
    passes: Arc<Semaphore>,
}

impl Gate {
    pub(crate) fn new() -> Self {
        Self {
            arrived: Arc::new(Semaphore::new(0)),
            passes: Arc::new(Semaphore::new(0)),
        }
    }

    pub(crate) async fn pass(&self) {
        self.arrived.add_permits(1);
        let pass = self.passes.acquire().await.expect("never closed");
        pass.forget();
    }

    /// Waits until one more handler is here.
    pub(crate) async fn arrival(&self) {
        let arrival = self.arrived.acquire().await.expect("never closed");
        arrival.forget();
    }

    pub(crate) fn open(&self) {
        self.passes.add_permits(1);
    }
}

/// Delivers an event of this id once.
pub(crate) async fn deliver(service: &impl Delivered, id: &str) -> Answer {
    let request = delivery_of(&payload(id));
    let response = service.clone().oneshot(request).await;
    Answer::of(response.expect("a response, not an error")).await
}

/// The events of `deliver_many`.
pub(crate) const MANY: usize = 2_000;

/// Delivers many events at once, `evt_0` and so on. Returns the number of responses with 200.
pub(crate) async fn deliver_many(service: &impl Delivered) -> usize {
    /// Verified once: that takes a millisecond each.
    static EVENTS: LazyLock<Vec<VerifiedEvent>> = LazyLock::new(|| {
        let event = |number| verified(&payload(&format!("evt_{number}")));
        (0..MANY).map(event).collect()
    });
    let mut deliveries = JoinSet::new();
    for event in EVENTS.iter() {
        let mut request = Request::new(());
        request.extensions_mut().insert(event.clone());
        deliveries.spawn(service.clone().call(request));
    }
    let responses = deliveries.join_all().await;
    let is_ok = |response: &Result<Response<_>, _>| matches!(response, Ok(response) if response.status() == StatusCode::OK);
    responses.iter().filter(|response| is_ok(response)).count()
}

/// Delivers in a task.
pub(crate) fn spawn_delivery(service: &impl Delivered, id: &'static str) -> JoinHandle<Answer> {
    let service = service.clone();
    tokio::spawn(async move { deliver(&service, id).await })
}

/// The layer around some handler.
pub(crate) trait Delivered:
    Service<
        Request<()>,
        Response = Response<ResponseBody<Full<Bytes>>>,
        Error = BoxError,
        Future: Send + 'static,
    > + Clone
    + Send
    + Sync
    + 'static
{
}

impl<S> Delivered for S where
    S: Service<
            Request<()>,
            Response = Response<ResponseBody<Full<Bytes>>>,
            Error = BoxError,
            Future: Send + 'static,
        > + Clone
        + Send
        + Sync
        + 'static
{
}
