//! An endpoint around a store, for the tests of engines: deliveries through both layers.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use tower::{ServiceBuilder, ServiceExt, util::BoxCloneSyncService};
use tower_loops::{
    LoopsSignatureLayer,
    idempotency::{EventStore, IdempotencyLayer},
};

use crate::{
    delivery::{SECRET, payload, secret, sign_at, with_header},
    poll::within_reason,
    response::Answer,
};

/// How many events are delivered before an outage, and in it.
const EVENTS: usize = 40;

/// Its clones count what they handle together.
#[derive(Clone)]
pub struct Endpoint {
    service: BoxCloneSyncService<Request<Full<Bytes>>, Answer, Infallible>,
    handled: Arc<AtomicUsize>,
}

impl Endpoint {
    /// With this lease, and a store timeout of a second.
    pub fn new(store: impl EventStore, lease: Duration) -> Self {
        let handled = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&handled);
        let handler = move |_: Request<Full<Bytes>>| {
            count.fetch_add(1, Ordering::SeqCst);
            async { Ok::<_, Infallible>(Response::new(Full::<Bytes>::default())) }
        };
        let once = IdempotencyLayer::new(store)
            .with_lease(lease)
            .with_store_timeout(Duration::from_secs(1));
        let service = ServiceBuilder::new()
            .then(async |response: Result<Response<_>, Infallible>| {
                let Ok(response) = response;
                Ok(Answer::of(response).await)
            })
            .layer(LoopsSignatureLayer::new(secret(SECRET)))
            .layer(once)
            .service_fn(handler);
        let service = BoxCloneSyncService::new(service);
        Self { service, handled }
    }

    pub fn handled(&self) -> usize {
        self.handled.load(Ordering::SeqCst)
    }

    pub async fn deliver(&self, id: &str) -> Answer {
        let body = payload(id);
        let header = sign_at(&body, SystemTime::now());
        let Ok(answer) = self
            .service
            .clone()
            .oneshot(with_header(header, Full::from(body)))
            .await;
        answer
    }

    /// Delivers an event until it is acknowledged. Returns whether it is a duplicate then.
    pub async fn until_answered(&self, id: &str) -> bool {
        within_reason(async {
            loop {
                let answer = self.deliver(id).await;
                match answer.status.as_u16() {
                    200 => return answer.is_duplicate(),
                    409 | 503 => tokio::time::sleep(Duration::from_millis(1)).await,
                    _ => panic!("{id}: {answer:?}"),
                }
            }
        })
        .await
    }

    /// Handles events, then goes through an outage, and goes on without any help.
    pub async fn survives(&self, begin: impl AsyncFnOnce(), end: impl AsyncFnOnce()) {
        self.before_an_outage().await;
        begin().await;
        self.is_unavailable().await;
        end().await;
        self.goes_on().await;
    }

    async fn before_an_outage(&self) {
        for number in 0..EVENTS {
            let id = format!("before_{number}");
            assert!(!self.until_answered(&id).await, "{id} is handled");
        }
        assert_eq!(self.handled(), EVENTS);
    }

    /// In the outage each delivery is answered 503 with `Retry-After`, the known ones too. That the
    /// answers are in time is tested with a paused clock, which a busy machine cannot delay.
    async fn is_unavailable(&self) {
        let mut deliveries = tokio::task::JoinSet::new();
        for number in 0..EVENTS {
            for when in ["before", "meanwhile"] {
                let endpoint = self.clone();
                deliveries
                    .spawn(async move { endpoint.deliver(&format!("{when}_{number}")).await });
            }
        }
        for answer in deliveries.join_all().await {
            assert_eq!(answer.status, 503, "{answer:?}");
            assert_eq!(answer.retry_after(), Some("5"));
        }
        assert_eq!(self.handled(), EVENTS, "nothing is handled unclaimed");
    }

    /// What was handled before the outage is known, and what was answered 503 is handled once.
    async fn goes_on(&self) {
        for number in 0..EVENTS {
            let [before, meanwhile] = ["before", "meanwhile"].map(|it| format!("{it}_{number}"));
            assert!(self.until_answered(&before).await, "{before} is forgotten");
            assert!(!self.until_answered(&meanwhile).await, "{meanwhile}");
            assert!(self.until_answered(&meanwhile).await, "{meanwhile}");
        }
        assert_eq!(self.handled(), 2 * EVENTS);
    }
}
