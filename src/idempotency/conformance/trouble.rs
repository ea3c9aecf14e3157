//! Cases that have found faults: operations dropped midway, records that stall, outages, bursts of
//! lost claims.

use std::{
    convert::Infallible,
    future::{Future, poll_fn},
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::Poll,
    time::Duration,
};

use http::{Request, Response, StatusCode};
use tokio::{
    sync::Semaphore,
    task::JoinSet,
    time::{Instant, sleep},
};
use tower_layer::Layer;

use super::{
    deliveries::{Deliverable, deliver},
    leases::{LONG, claims, fresh_key},
    outage::{Outage, Trouble},
};
use crate::{
    event::VerifiedEvent,
    idempotency::{
        Claim, DUPLICATE_HEADER, EventStore, Idempotency, IdempotencyLayer, Retention, Token,
    },
    middleware::ResponseBody,
    store::suite::{Handler, TIMEOUT, answered, events, eventually, fresh_namespace},
};

/// Two store calls fit into a third of it, even on a busy machine.
const LEASE: Duration = Duration::from_secs(3);

const BURST: usize = 200;

/// A handler that waits for a permit, and is counted.
#[derive(Clone)]
struct Counted {
    runs: Arc<AtomicUsize>,
    permits: Arc<Semaphore>,
}

impl Counted {
    fn new(permits: usize) -> Self {
        Self {
            runs: Arc::default(),
            permits: Arc::new(Semaphore::new(permits)),
        }
    }

    fn runs(&self) -> usize {
        self.runs.load(Ordering::SeqCst)
    }

    fn handler(&self) -> impl Deliverable + use<> {
        let this = self.clone();
        Handler(move |_: Request<()>| {
            let this = this.clone();
            async move {
                this.runs.fetch_add(1, Ordering::SeqCst);
                this.permits.acquire().await.expect("never closed").forget();
                Ok::<_, Infallible>(Response::new(()))
            }
        })
    }
}

/// Each operation is dropped at its first wait: it may have happened, or happen yet.
pub(super) async fn dropped_operations_can_be_repeated<St: EventStore>(store: &St) {
    for _ in 0..BURST / 4 {
        let (key, token) = (fresh_key(), Token::random());
        poll_once(store.claim(&key, token, LONG)).await;
        let claim = answered(store.claim(&key, token, LONG).await);
        assert_eq!(claim, Claim::Claimed, "claim again with the same token");
        poll_once(store.extend(&key, token, LONG)).await;
        poll_once(store.release(&key, token)).await;
        eventually(
            "a claim after a release that was dropped and repeated",
            async || {
                answered(store.release(&key, token).await);
                claims(store, &key, LONG).await
            },
        )
        .await;
        let retention = Retention::For(LONG);
        poll_once(store.complete(&key, token, retention)).await;
        answered(store.complete(&key, token, retention).await);
        let claim = answered(store.claim(&key, token, LONG).await);
        assert_eq!(claim, Claim::Done, "after a completion that was repeated");
    }
}

/// The engine records a success, but its reply to the layer is lost.
pub(super) async fn a_record_that_stalls_is_made<St: EventStore>(store: &Arc<St>) {
    let (handler, namespace) = (Counted::new(usize::MAX >> 4), fresh_namespace());
    let outage = Outage::of(store);
    let layer = IdempotencyLayer::new(Arc::clone(&outage))
        .with_namespace(namespace.clone())
        .with_lease(LEASE);
    let service = layer.layer(handler.handler());
    let event = &events(1)[0];
    outage.set(Trouble::CompletionsLost);
    let response = deliver_until_claimed(service.clone(), event).await;
    assert_eq!(response.status(), StatusCode::OK, "a success stays one");
    assert!(
        is_duplicate(&deliver(service, event).await),
        "while it stalls"
    );
    outage.set(Trouble::None);
    let waiting = layer.shutdown(TIMEOUT).await;
    assert_eq!(waiting, 0, "a success is not recorded in {TIMEOUT:?}");
    assert_is_done(store, namespace, event).await;
    assert_eq!(handler.runs(), 1, "runs");
}

/// The handler succeeds while the store is away, and its lease ends before the store is back.
pub(super) async fn an_outage_longer_than_a_lease_repeats_nothing<St: EventStore>(store: &Arc<St>) {
    let (handler, namespace) = (Counted::new(0), fresh_namespace());
    let outage = Outage::of(store);
    let layer = IdempotencyLayer::new(Arc::clone(&outage))
        .with_namespace(namespace.clone())
        .with_lease(LEASE);
    let service = layer.layer(handler.handler());
    let event = &events(1)[0];
    let first = tokio::spawn({
        let (service, event) = (service.clone(), event.clone());
        async move { deliver_until_claimed(service, &event).await }
    });
    eventually("a handler", async || handler.runs() == 1).await;
    outage.set(Trouble::All);
    handler.permits.add_permits(1);
    let response = first.await.expect("no delivery panics");
    assert_eq!(response.status(), StatusCode::OK, "a success stays one");
    sleep(LEASE + LEASE / 3).await;
    let response = deliver(service.clone(), event).await;
    assert!(is_duplicate(&response), "in the outage");
    outage.set(Trouble::None);
    let response = deliver(service, event).await;
    assert!(is_duplicate(&response), "the first after the outage");
    let waiting = layer.shutdown(TIMEOUT).await;
    assert_eq!(waiting, 0, "a success is not recorded in {TIMEOUT:?}");
    assert_is_done(store, namespace, event).await;
    assert_eq!(handler.runs(), 1, "runs");
}

/// Many claims are made whose answers are lost. Only a release frees the events: the lease is long.
pub(super) async fn a_burst_of_lost_claims_blocks_nothing<St: EventStore>(store: &Arc<St>) {
    let handler = Counted::new(usize::MAX >> 4);
    let outage = Outage::of(store);
    let service = IdempotencyLayer::new(Arc::clone(&outage))
        .with_namespace(fresh_namespace())
        .with_lease(LONG)
        .layer(handler.handler());
    outage.set(Trouble::ClaimsLost);
    let mut deliveries = JoinSet::new();
    for event in events(BURST) {
        let service = service.clone();
        deliveries.spawn(async move { (deliver(service, &event).await.status(), event) });
    }
    let failed = deliveries.join_all().await;
    outage.set(Trouble::None);
    for (status, event) in failed {
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "a claim is lost");
        eventually("a retry after a lost claim", async || {
            deliver(service.clone(), &event).await.status() == StatusCode::OK
        })
        .await;
    }
    assert_eq!(handler.runs(), BURST, "runs of {BURST} events");
}

/// Another process, which knows only the store, must find the event done.
async fn assert_is_done<St: EventStore>(store: &Arc<St>, namespace: String, event: &VerifiedEvent) {
    let service = IdempotencyLayer::new(Arc::clone(store))
        .with_namespace(namespace)
        .layer(Counted::new(usize::MAX >> 4).handler());
    let response = deliver(service, event).await;
    assert!(is_duplicate(&response), "for another process");
}

/// A store of a machine that is busy may be late at first.
async fn deliver_until_claimed<H: Deliverable, St: EventStore>(
    service: Idempotency<H, St>,
    event: &VerifiedEvent,
) -> Response<ResponseBody<()>> {
    let begun = Instant::now();
    loop {
        let response = deliver(service.clone(), event).await;
        let is_late = matches!(response.status().as_u16(), 409 | 503);
        if !is_late || begun.elapsed() > TIMEOUT {
            return response;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

fn is_duplicate<B>(response: &Response<B>) -> bool {
    response.headers().contains_key(DUPLICATE_HEADER)
}

async fn poll_once<F: Future>(future: F) {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let _ = future.as_mut().poll(cx);
        Poll::Ready(())
    })
    .await;
}
