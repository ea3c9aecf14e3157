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
use tokio::{sync::Semaphore, task::JoinSet, time::sleep};
use tower_layer::Layer;
use tower_service::Service;

use super::{
    deliveries::{assert_duplicate, deliver, deliver_until_ok},
    leases::{claims, fresh_key},
    outage::{Outage, Trouble},
};
use crate::{
    idempotency::{Claim, EventStore, IdempotencyLayer, Retention, Token},
    store::suite::{Handler, LONG, TIMEOUT, answered, events, eventually, fresh_namespace},
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

    fn handler(
        &self,
    ) -> impl Service<Request<()>, Response = Response<()>, Error = Infallible, Future: Send>
    + Clone
    + Send
    + use<> {
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

/// A handler succeeds while the record stalls, or while the store is away, and its lease ends
/// before the trouble does.
pub(super) async fn a_success_is_recorded_after<St: EventStore>(trouble: Trouble, store: &Arc<St>) {
    let (handler, namespace) = (Counted::new(0), fresh_namespace());
    let outage = Outage::of(store);
    let layer = IdempotencyLayer::new(Arc::clone(&outage))
        .with_namespace(namespace.clone())
        .with_lease(LEASE);
    let service = layer.layer(handler.handler());
    let event = events(1).remove(0);
    let first = tokio::spawn({
        let (service, event) = (service.clone(), event.clone());
        // A store of a machine that is busy may be late at first.
        async move { deliver_until_ok(&service, &event, [409, 503]).await }
    });
    eventually("a handler", async || handler.runs() == 1).await;
    outage.set(trouble);
    handler.permits.add_permits(BURST);
    first.await.expect("a success stays one");
    sleep(LEASE + LEASE / 3).await;
    assert_duplicate(&service, &event, "in the trouble").await;
    outage.set(Trouble::None);
    assert_duplicate(&service, &event, "at first after the trouble").await;
    let waiting = layer.shutdown(TIMEOUT).await;
    assert_eq!(waiting, 0, "a success is not recorded in {TIMEOUT:?}");
    let other_process = IdempotencyLayer::new(Arc::clone(store)).with_namespace(namespace);
    let other_process = other_process.layer(handler.handler());
    assert_duplicate(&other_process, &event, "for another process").await;
    assert_eq!(handler.runs(), 1, "runs");
}

/// Many claims are made whose answers are lost. Only a release frees the events: the lease is long.
pub(super) async fn a_burst_of_lost_claims_blocks_nothing<St: EventStore>(store: &Arc<St>) {
    let (handler, outage) = (Counted::new(BURST), Outage::of(store));
    let service = IdempotencyLayer::new(Arc::clone(&outage))
        .with_namespace(fresh_namespace())
        .with_lease(LONG)
        .layer(handler.handler());
    outage.set(Trouble::ClaimsLost);
    let mut deliveries = JoinSet::new();
    for event in events(BURST) {
        let service = service.clone();
        deliveries.spawn(async move { (deliver(&service, &event).await.status(), event) });
    }
    let failed = deliveries.join_all().await;
    outage.set(Trouble::None);
    for (status, event) in failed {
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE, "a claim is lost");
        deliver_until_ok(&service, &event, [409, 503]).await;
    }
    assert_eq!(handler.runs(), BURST, "runs of {BURST} events");
}

async fn poll_once<F: Future>(future: F) {
    let mut future = pin!(future);
    poll_fn(|cx| {
        let _ = future.as_mut().poll(cx);
        Poll::Ready(())
    })
    .await;
}
