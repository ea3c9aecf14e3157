//! What the tests share: verified deliveries, handlers that are counted and can be held up, answers that can be compared.

use std::{
    future::Future,
    sync::{
        Arc, LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use tokio::{
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
    time::sleep,
};
use tower::{Service, ServiceExt, service_fn};
use tower_loops::{BoxError, ResponseBody, Secret, Signer, VerifiedEvent, Verifier};

pub(crate) fn secret() -> Secret {
    Secret::new("whsec_of_the_idempotency_tests").expect("not empty")
}

pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

/// A signed payload, and the signature.
pub(crate) fn signed(payload: &str) -> (Bytes, HeaderValue) {
    let signature = Signer::new(secret()).sign(payload.as_bytes(), now());
    (Bytes::copy_from_slice(payload.as_bytes()), signature)
}

pub(crate) fn payload(id: &str) -> String {
    serde_json::json!({ "id": id, "type": "charge.succeeded" }).to_string()
}

pub(crate) fn verified(payload: &str) -> VerifiedEvent {
    let (body, signature) = signed(payload);
    Verifier::new(secret())
        .verify(signature.as_bytes(), body, now())
        .expect("a genuine delivery")
}

/// What a signature layer lets through.
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

/// How often a handler was called.
#[derive(Clone, Default)]
pub(crate) struct Calls(Arc<AtomicUsize>);

impl Calls {
    pub(crate) fn count(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }

    /// Counts one call, and tells how many there were before it.
    pub(crate) fn begin(&self) -> usize {
        self.0.fetch_add(1, Ordering::SeqCst)
    }

    /// A handler that is counted here. It is told how many calls there were before.
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

    /// Succeeds when the gate lets it through.
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

    /// Takes this long, and then answers this.
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

/// Where handlers wait until they are let on.
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

    /// Until one more has come to the gate.
    pub(crate) async fn arrival(&self) {
        let arrival = self.arrived.acquire().await.expect("never closed");
        arrival.forget();
    }

    pub(crate) fn open(&self) {
        self.passes.add_permits(1);
    }
}

/// What came back, read to its end.
#[derive(Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) retry_after: Option<String>,
    pub(crate) duplicate: Option<String>,
    pub(crate) content_type: Option<String>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) async fn of<B>(response: Response<B>) -> Self
    where
        B: http_body::Body,
    {
        let (parts, body) = response.into_parts();
        let header = |name: &str| {
            let value = parts.headers.get(name)?;
            Some(value.to_str().expect("ASCII").to_owned())
        };
        let retry_after = header("retry-after");
        let duplicate = header("x-loops-webhook-duplicate");
        let content_type = header("content-type");
        let Ok(body) = body.collect().await else {
            panic!("the body of the response failed");
        };
        Self {
            status: parts.status.as_u16(),
            retry_after,
            duplicate,
            content_type,
            body: String::from_utf8(body.to_bytes().into()).expect("text"),
        }
    }

    /// Whether it says that the event was handled before.
    pub(crate) fn is_duplicate(&self) -> bool {
        self.status == 200 && self.duplicate.is_some()
    }
}

/// Delivers an event of this id once.
pub(crate) async fn deliver(service: &impl Delivered, id: &str) -> Answer {
    let request = delivery_of(&payload(id));
    let response = service.clone().oneshot(request).await;
    Answer::of(response.expect("a response, not an error")).await
}

/// How many events `deliver_many` has.
pub(crate) const MANY: usize = 2_000;

/// Delivers many events at once, `evt_0` and so on. Returns how many were answered 200.
pub(crate) async fn deliver_many(service: &impl Delivered) -> usize {
    /// Signed and verified once: that takes a millisecond for each.
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

/// Delivers in a task of its own.
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
