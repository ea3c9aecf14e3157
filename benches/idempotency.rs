//! The cost of `MemoryStore` and `IdempotencyLayer`, as ratios within one run: 16 tasks on two
//! threads, in turns.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench idempotency
//! ```
//!
//! The baseline is one insert of a key into a `DashMap`. A ratio is operations a second divided by
//! those of the baseline: more is better. The last rows are deliveries a second divided by those of
//! the same stack without the layer.

use std::{
    convert::Infallible,
    future::{Future, Ready, ready},
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use dashmap::DashMap;
use http::{Request, Response};
use http_body_util::Full;
use tokio::runtime::{Builder, Runtime};
use tower::{
    Layer, Service, ServiceExt,
    layer::util::Identity,
    util::{ServiceFn, service_fn},
};
use tower_loops::{
    LoopsSignatureLayer, Signer, VerifiedEvent, Verifier,
    idempotency::{Claim, EventKey, EventStore, IdempotencyLayer, MemoryStore, Retention, Token},
};
use tower_loops_benches::{delivery, secret};

const TASKS: usize = 16;
const EACH: usize = 2_000;
const ROUNDS: usize = 31;
const LEASE: Duration = Duration::from_secs(60);
const RETENTION: Retention = Retention::For(Duration::from_secs(30 * 24 * 60 * 60));

fn main() {
    // `cargo test --benches` and lists of benches pass arguments: one round is enough then.
    let rounds = if std::env::args().any(|argument| argument == "--test") {
        1
    } else {
        ROUNDS
    };
    let runtime = Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime");
    let mut rows: [(&str, Vec<f64>); 6] = [
        ("store, fresh: claim and complete", Vec::new()),
        ("store, duplicate: claim", Vec::new()),
        ("layer and store, fresh", Vec::new()),
        ("layer and store, duplicate", Vec::new()),
        ("whole delivery, fresh, against none", Vec::new()),
        ("whole delivery, duplicate, against none", Vec::new()),
    ];
    let verified = verified_events();
    for _ in 0..rounds {
        let floor = dash_map(&runtime);
        let (store_fresh, store_duplicate) = store(&runtime);
        let layer = || IdempotencyLayer::new(MemoryStore::new()).layer(handler());
        let service = layer();
        let fresh = layer_only(&runtime, &service, &verified);
        let duplicate = layer_only(&runtime, &service, &verified);
        let without = deliveries(&runtime, &Identity::new());
        let with = IdempotencyLayer::new(MemoryStore::new());
        let whole_fresh = deliveries(&runtime, &with);
        let whole_duplicate = deliveries(&runtime, &with);
        let ratios = [
            floor.div_duration_f64(store_fresh),
            floor.div_duration_f64(store_duplicate),
            floor.div_duration_f64(fresh),
            floor.div_duration_f64(duplicate),
            without.div_duration_f64(whole_fresh),
            without.div_duration_f64(whole_duplicate),
        ];
        for ((_, row), ratio) in rows.iter_mut().zip(ratios) {
            row.push(ratio);
        }
    }
    println!("medians of {rounds} rounds, and the middle half of them");
    for (name, mut ratios) in rows {
        ratios.sort_by(f64::total_cmp);
        let at = |quarter: usize| ratios[(ratios.len() - 1) * quarter / 4];
        println!("{name:<42} {:.2}  ({:.2} to {:.2})", at(2), at(1), at(3));
    }
}

/// The time that this many tasks take together, each with its number.
fn together<F>(runtime: &Runtime, task: impl Fn(usize) -> F) -> Duration
where
    F: Future<Output = ()> + Send + 'static,
{
    runtime.block_on(async {
        let start = Instant::now();
        let tasks: Vec<_> = (0..TASKS)
            .map(|number| tokio::spawn(task(number)))
            .collect();
        for task in tasks {
            task.await.expect("no task panics");
        }
        start.elapsed()
    })
}

fn id(task: usize, number: usize) -> String {
    format!("charge.succeeded:evt_3MtwBwLkdIwHu7ix{task:02}{number:06}")
}

fn dash_map(runtime: &Runtime) -> Duration {
    let map = Arc::new(DashMap::new());
    together(runtime, |task| {
        let map = Arc::clone(&map);
        async move {
            for number in 0..EACH {
                map.insert(EventKey::new("billing", &id(task, number)), Token::random());
            }
        }
    })
}

fn store(runtime: &Runtime) -> (Duration, Duration) {
    let store = MemoryStore::new();
    let fresh = together(runtime, |task| {
        let store = store.clone();
        async move {
            for number in 0..EACH {
                let (key, token) = (EventKey::new("billing", &id(task, number)), Token::random());
                assert_eq!(
                    store.claim(&key, token, LEASE).await.ok(),
                    Some(Claim::Claimed)
                );
                assert!(store.complete(&key, token, RETENTION).await.is_ok());
            }
        }
    });
    let duplicate = together(runtime, |task| {
        let store = store.clone();
        async move {
            for number in 0..EACH {
                let (key, token) = (EventKey::new("billing", &id(task, number)), Token::random());
                assert_eq!(
                    store.claim(&key, token, LEASE).await.ok(),
                    Some(Claim::Done)
                );
            }
        }
    });
    (fresh, duplicate)
}

/// Verified events, so that the time of a verification is not in that of the layer.
fn verified_events() -> Arc<Vec<VerifiedEvent>> {
    let (signer, verifier) = (Signer::new(secret()), Verifier::new(secret()));
    let now = std::time::SystemTime::now();
    let event = |number| {
        let body = Bytes::from(format!(
            r#"{{"id":"evt_3MtwBwLkdIwHu7ix{number:08}","type":"charge.succeeded"}}"#
        ));
        let signature = signer.sign(&body, now);
        verifier
            .verify(signature.as_bytes(), body, now)
            .expect("it is signed")
    };
    Arc::new((0..TASKS * EACH).map(event).collect())
}

fn layer_only<S>(runtime: &Runtime, service: &S, events: &Arc<Vec<VerifiedEvent>>) -> Duration
where
    S: Service<Request<Full<Bytes>>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
{
    together(runtime, |task| {
        let (service, events) = (service.clone(), Arc::clone(events));
        async move {
            for event in &events[task * EACH..][..EACH] {
                let mut request = Request::new(Full::default());
                request.extensions_mut().insert(event.clone());
                let Ok(_) = service.clone().oneshot(request).await;
            }
        }
    })
}

/// Whole deliveries of about 1.5 KiB, verified. Making and signing them is not counted.
fn deliveries<L>(runtime: &Runtime, inside: &L) -> Duration
where
    L: Layer<Handler>,
    L::Service: Service<Request<Full<Bytes>>, Error = Infallible, Future: Send>
        + Clone
        + Send
        + Sync
        + 'static,
    LoopsSignatureLayer: Layer<L::Service>,
    <LoopsSignatureLayer as Layer<L::Service>>::Service:
        Service<Request<Full<Bytes>>, Error = Infallible, Future: Send> + Clone + Send + 'static,
{
    let signer = Signer::new(secret());
    let service = LoopsSignatureLayer::new(secret()).layer(inside.layer(handler()));
    let mut requests: Vec<Vec<_>> = (0..TASKS)
        .map(|task| {
            let number = |number| task * EACH + number;
            let numbers = (0..EACH / 4).map(number);
            numbers.map(|number| delivery(&signer, number)).collect()
        })
        .collect();
    let requests = std::cell::RefCell::new(&mut requests);
    together(runtime, |task| {
        let service = service.clone();
        let requests = std::mem::take(&mut requests.borrow_mut()[task]);
        async move {
            for request in requests {
                let Ok(_) = service.clone().oneshot(request).await;
            }
        }
    })
}

fn handler() -> Handler {
    service_fn(|_| ready(Ok(Response::new(Full::default()))))
}

type Answer = Ready<Result<Response<Full<Bytes>>, Infallible>>;
type Handler = ServiceFn<fn(Request<Full<Bytes>>) -> Answer>;
