//! The store under the layer: many workers deliver the same events to handlers that sometimes fail.

use std::{
    convert::Infallible,
    future::{Ready, ready},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response, StatusCode};
use tokio::{task::JoinSet, time::sleep};
use tower_layer::Layer;
use tower_service::Service;

use super::{deliveries::deliver, suite::LONG};
use crate::{
    VerifiedEvent,
    idempotency::{DUPLICATE_HEADER, EventStore, Idempotency, IdempotencyLayer},
    store::suite::{events, fresh_namespace},
};

const WORKERS: usize = 64;
const EVENTS: usize = 50;

pub(super) async fn each_event_succeeds_once<St: EventStore>(store: &Arc<St>) {
    let handler = Handler::default();
    let service = IdempotencyLayer::new(Arc::clone(store))
        .with_namespace(fresh_namespace())
        .with_lease(LONG)
        .with_store_timeout(LONG)
        .layer(handler.clone());
    let events = Arc::new(events(EVENTS));

    let mut workers = JoinSet::new();
    for worker in 0..WORKERS {
        let (service, events) = (service.clone(), Arc::clone(&events));
        workers.spawn(async move {
            // Each begins elsewhere, so that all events are in flight at the same time.
            for number in (0..EVENTS).map(|number| (number + worker) % EVENTS) {
                deliver_until_done(service.clone(), &events[number]).await;
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.expect("no worker panics");
    }

    let successes: Vec<usize> = handler.counts.successes.iter().map(count).collect();
    assert_eq!(
        successes, [1; EVENTS],
        "successes of each of {EVENTS} events"
    );
    for event in events.iter() {
        let response = deliver(service.clone(), event).await;
        assert!(
            response.headers().contains_key(DUPLICATE_HEADER),
            "{} is delivered again after it was handled: {}",
            event.id(),
            response.status()
        );
    }
}

async fn deliver_until_done<St: EventStore>(
    service: Idempotency<Handler, St>,
    event: &VerifiedEvent,
) {
    loop {
        match deliver(service.clone(), event).await.status() {
            StatusCode::OK => return,
            StatusCode::CONFLICT | StatusCode::INTERNAL_SERVER_ERROR => {
                sleep(Duration::from_millis(1)).await;
            }
            status => panic!("{} is answered {status}", event.id()),
        }
    }
}

/// Fails at three attempts of ten, and counts the others for each event.
#[derive(Clone, Default)]
struct Handler {
    counts: Arc<Counts>,
}

struct Counts {
    attempts: AtomicUsize,
    successes: [AtomicUsize; EVENTS],
}

impl Default for Counts {
    fn default() -> Self {
        Self {
            attempts: AtomicUsize::new(0),
            successes: std::array::from_fn(|_| AtomicUsize::new(0)),
        }
    }
}

impl Service<Request<()>> for Handler {
    type Response = Response<()>;
    type Error = Infallible;
    type Future = Ready<Result<Response<()>, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<()>) -> Self::Future {
        let event: &VerifiedEvent = request.extensions().get().expect("it was put there");
        let number = event
            .id()
            .strip_prefix("evt_")
            .and_then(|number| number.parse().ok());
        let number: usize = number.expect("ids are numbered");
        let mut response = Response::new(());
        if self.counts.attempts.fetch_add(1, Ordering::Relaxed) % 10 < 3 {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        } else {
            self.counts.successes[number].fetch_add(1, Ordering::Relaxed);
        }
        ready(Ok(response))
    }
}

fn count(counter: &AtomicUsize) -> usize {
    counter.load(Ordering::Relaxed)
}
