//! What `IdempotencyLayer` adds to a stack: the same deliveries without it, of new events, and of one event again and again.
//!
//! ```sh
//! cargo bench --manifest-path benches/Cargo.toml --bench idempotency
//! ```

use std::{
    convert::Infallible,
    future::{Ready, ready},
};

use bytes::Bytes;
use divan::Bencher;
use http::{Request, Response, StatusCode};
use http_body_util::Full;
use tokio::runtime::Builder;
use tower::{
    Layer, Service, ServiceExt,
    layer::util::Identity,
    util::{ServiceFn, service_fn},
};
use tower_loops::{
    LoopsSignatureLayer, Signer,
    idempotency::{IdempotencyLayer, MemoryStore},
};
use tower_loops_benches::{delivery, secret};

fn main() {
    divan::Divan::from_args()
        .sample_count(300)
        .sample_size(100)
        .main();
}

#[divan::bench]
fn without(bencher: Bencher) {
    deliver(bencher, Identity::new(), |number| number);
}

#[divan::bench]
fn attached_fresh(bencher: Bencher) {
    deliver(bencher, once().with_detached_handler(false), |number| {
        number
    });
}

#[divan::bench]
fn fresh(bencher: Bencher) {
    deliver(bencher, once(), |number| number);
}

#[divan::bench]
fn duplicate(bencher: Bencher) {
    deliver(bencher, once(), |_| 0);
}

fn once() -> IdempotencyLayer<MemoryStore> {
    IdempotencyLayer::new(MemoryStore::new().with_capacity(10_000_000))
}

/// Measures one delivery after another; making and signing them is not counted.
fn deliver<L, B>(bencher: Bencher, inside: L, id: impl Fn(usize) -> usize)
where
    L: Layer<Handler>,
    L::Service: Service<Request<Full<Bytes>>, Response = Response<B>, Error = Infallible> + Clone,
{
    let handler: Handler = service_fn(|_| ready(Ok(Response::new(Full::default()))));
    let service = LoopsSignatureLayer::new(secret()).layer(inside.layer(handler));
    let runtime = Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("a runtime");
    let signer = Signer::new(secret());
    let mut count = 0;
    bencher
        .with_inputs(|| {
            count += 1;
            delivery(&signer, id(count))
        })
        .bench_local_values(|delivery| {
            let Ok(response) = runtime.block_on(service.clone().oneshot(delivery));
            assert_eq!(response.status(), StatusCode::OK);
        });
}

type Answer = Ready<Result<Response<Full<Bytes>>, Infallible>>;
type Handler = ServiceFn<fn(Request<Full<Bytes>>) -> Answer>;
