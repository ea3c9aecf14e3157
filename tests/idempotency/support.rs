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
    delivery::{event, passed_on},
    log::Log,
    response::Answer,
};
use tokio::{
    runtime::{Builder, Runtime},
    sync::Semaphore,
    task::{JoinHandle, JoinSet},
    time::sleep,
};
use tower::{Layer, Service as _, service_fn, util::BoxCloneSyncService};
use tower_loops::{
    BoxError, VerifiedEvent,
    idempotency::{EventStore, Idempotency, IdempotencyLayer},
};
use tracing_subscriber::filter::LevelFilter;

use crate::scripted_store::ScriptedStore;

pub(crate) const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub(crate) const fn millis(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

/// For tests of what happens outside a runtime. Its time is paused.
pub(crate) fn paused_runtime() -> Runtime {
    let mut builder = Builder::new_current_thread();
    let runtime = builder.enable_time().start_paused(true).build();
    runtime.expect("a runtime")
}

/// What this thread logs until the guard is dropped.
pub(crate) fn log() -> (Log, impl Drop) {
    Log::capture(LevelFilter::INFO)
}

/// A request as the signature layer passes it on.
pub(crate) fn delivery_of(id: &str) -> Request<()> {
    passed_on(event(id))
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
    pub(crate) fn handler<F, Fut>(&self, handle: F) -> Handler
    where
        F: Fn(usize) -> Fut + Clone + Send + Sync + 'static,
        Fut: Future<Output = Reply> + Send + 'static,
    {
        let calls = self.clone();
        Handler::new(service_fn(move |_| handle(calls.begin())))
    }

    pub(crate) fn succeeding(&self) -> Handler {
        self.handler(|_| async { reply(200) })
    }

    /// Succeeds when the gate opens.
    pub(crate) fn waiting_at(&self, gate: &Gate) -> Handler {
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
    pub(crate) fn taking(&self, time: Duration, status: u16) -> Handler {
        self.handler(move |_| async move {
            sleep(time).await;
            reply(status)
        })
    }
}

/// A handler of any kind.
pub(crate) type Handler = BoxCloneSyncService<Request<()>, Response<Full<Bytes>>, BoxError>;

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

/// The layer around a handler.
pub(crate) type Service<St> = Idempotency<Handler, St>;

/// A scripted store, the calls of a handler, and the layer with its defaults around both.
pub(crate) fn scripted(
    handler: impl FnOnce(&Calls) -> Handler,
) -> (ScriptedStore, Calls, Service<ScriptedStore>) {
    let (store, calls) = (ScriptedStore::default(), Calls::default());
    let service = IdempotencyLayer::new(store.clone()).layer(handler(&calls));
    (store, calls, service)
}

/// Delivers an event of this id once.
pub(crate) fn deliver<St: EventStore>(
    service: &Service<St>,
    id: &str,
) -> impl Future<Output = Answer> + Send + use<St> {
    let response = service.clone().call(delivery_of(id));
    async move { Answer::of(response.await.expect("a response, not an error")).await }
}

/// The events of `deliver_many`.
pub(crate) const MANY: usize = 2_000;

/// Delivers many events at once, `evt_0` and so on. Returns the number of responses with 200.
pub(crate) async fn deliver_many<St: EventStore>(service: &Service<St>) -> usize {
    /// Verified once: that takes a millisecond each.
    static EVENTS: LazyLock<Vec<VerifiedEvent>> = LazyLock::new(|| {
        (0..MANY)
            .map(|number| event(&format!("evt_{number}")))
            .collect()
    });
    let mut deliveries = JoinSet::new();
    for event in EVENTS.iter() {
        deliveries.spawn(service.clone().call(passed_on(event.clone())));
    }
    let responses = deliveries.join_all().await;
    let responses = responses.into_iter().flatten();
    responses
        .filter(|response| response.status() == StatusCode::OK)
        .count()
}

/// Delivers in a task.
pub(crate) fn spawn_delivery<St: EventStore>(
    service: &Service<St>,
    id: &str,
) -> JoinHandle<Answer> {
    tokio::spawn(deliver(service, id))
}
