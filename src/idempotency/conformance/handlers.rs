//! The store under the layer: many workers deliver the same events to handlers that sometimes fail.

use std::{
    convert::Infallible,
    future::ready,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::{Request, Response, StatusCode};
use tower_layer::Layer;

use super::deliveries::{assert_duplicate, deliver_until_ok};
use crate::{
    event::VerifiedEvent,
    idempotency::{EventStore, IdempotencyLayer},
    store::suite::{Handler, LONG, at_once, events, fresh_namespace},
};

const WORKERS: usize = 64;
const EVENTS: usize = 50;

pub(super) async fn each_event_succeeds_once<St: EventStore>(store: &Arc<St>) {
    let attempts = Arc::new(AtomicUsize::new(0));
    let successes = Arc::new(Mutex::new(Vec::new()));
    let handled = Arc::clone(&successes);
    // Fails at three attempts of ten.
    let handler = Handler(move |request: Request<()>| {
        let event: &VerifiedEvent = request.extensions().get().expect("it was put there");
        let mut response = Response::new(());
        if attempts.fetch_add(1, Ordering::Relaxed) % 10 < 3 {
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
        } else {
            let mut handled = handled.lock().expect("not poisoned");
            handled.push(event.id().to_owned());
        }
        ready(Ok::<_, Infallible>(response))
    });
    let service = IdempotencyLayer::new(Arc::clone(store))
        .with_namespace(fresh_namespace())
        .with_lease(LONG)
        .with_store_timeout(LONG)
        .layer(handler);
    let events = Arc::new(events(EVENTS));

    let worker = AtomicUsize::new(0);
    let workers = at_once(WORKERS, || {
        let (service, events) = (service.clone(), Arc::clone(&events));
        let worker = worker.fetch_add(1, Ordering::Relaxed);
        async move {
            // Each begins elsewhere, so that all events are in flight at the same time.
            for number in (0..EVENTS).map(|number| (number + worker) % EVENTS) {
                deliver_until_ok(&service, &events[number], [409, 500]).await;
            }
        }
    });
    workers.await;

    let mut successes = successes.lock().expect("not poisoned").clone();
    assert_eq!(successes.len(), EVENTS, "successes of {EVENTS} events");
    successes.sort();
    successes.dedup();
    assert_eq!(successes.len(), EVENTS, "events that succeeded");
    for event in events.iter() {
        assert_duplicate(&service, event, "after it was handled").await;
    }
}
