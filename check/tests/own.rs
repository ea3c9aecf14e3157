//! The suite against receivers made of this workspace's layers: no false alarm.

use std::{
    convert::Infallible,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

use axum::{Router, routing::post};
use tokio::net::TcpListener;
use tower::ServiceBuilder;
use tower_loops::{
    BoxError, LoopsSignatureLayer, Secret, VerifiedEvent,
    idempotency::{IdempotencyLayer, MemoryStore},
};
use tower_loops_check::{CheckResult, Suite, Target, Verdict};

const PATH: &str = "/api/webhooks/loops";

fn secret() -> Secret {
    Secret::new("whsec_of_the_suites_tests").expect("not empty")
}

/// A receiver that counts the charges that it handles.
fn receiver() -> (Router, Arc<AtomicU64>) {
    let effects = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&effects);
    let handle = move |event: VerifiedEvent| async move {
        if event.event_type() == "charge.succeeded" {
            count.fetch_add(1, Ordering::SeqCst);
        }
        r#"{"received": true}"#
    };
    let layers = ServiceBuilder::new()
        .layer(LoopsSignatureLayer::new(secret()))
        .layer(IdempotencyLayer::new(MemoryStore::new()));
    (
        Router::new().route(PATH, post(handle).route_layer(layers)),
        effects,
    )
}

fn suite(effects: Arc<AtomicU64>) -> Suite {
    Suite::new(secret()).with_effects(move || {
        let count = effects.load(Ordering::SeqCst);
        async move { Ok::<u64, BoxError>(count) }
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn over_sockets_everything_passes_and_nothing_is_skipped() {
    let (app, effects) = receiver();
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!(
        "http://{}{PATH}",
        listener.local_addr().expect("it is bound")
    );
    tokio::spawn(async move { axum::serve(listener, app).await });
    let target = Target::http(url.parse().expect("a URL")).expect("a target");
    let mut results = Vec::new();
    let start = std::time::Instant::now();
    let summary = suite(effects)
        .run_at(&target, |result| results.push(result))
        .await;
    for r in &results {
        println!(
            "{:?} {} {} | {} | {}",
            r.verdict, r.concern, r.check, r.sent, r.got
        );
    }
    println!("{summary:?} {:?}", start.elapsed());
    let wrong: Vec<&CheckResult> = results
        .iter()
        .filter(|r| r.verdict != Verdict::Pass)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn in_process_nothing_fails() {
    let (app, effects) = receiver();
    let mut results = Vec::new();
    let summary = suite(effects).run(app, |result| results.push(result)).await;
    for r in &results {
        println!(
            "{:?} {} {} | {} | {}",
            r.verdict, r.concern, r.check, r.sent, r.got
        );
    }
    println!("{summary:?}");
    assert!(summary.is_success());
}
