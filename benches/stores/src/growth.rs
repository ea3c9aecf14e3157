//! Claims on a table with millions of expired rows, and beside their purge.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::time::{sleep, timeout};
use tower_loops::idempotency::{Claim, EventKey, EventStore, Retention, Token};

use crate::engine::Engine;

const TASKS: usize = 16;
const WITHOUT: Duration = Duration::from_secs(10);
/// The purge is stopped after this time.
const LONGEST: Duration = Duration::from_secs(60);
const LEASE: Duration = Duration::from_secs(60);

pub(crate) fn rows(arguments: &[&str]) -> u64 {
    match arguments {
        [] => 3_000_000,
        [rows, ..] => rows.parse().expect("a number of rows"),
    }
}

pub(crate) async fn run<E: Engine>(engine: &E, rows: u64) {
    let store = engine.empty_store().await;
    let start = Instant::now();
    engine.fill(&store, rows).await;
    let size = engine.size(&store).await;
    let each = size as f64 / rows as f64;
    println!(
        "{}: {rows} expired rows in {:.1?}, {each:.0} bytes each",
        E::NAME,
        start.elapsed()
    );

    // Before and after the purge: what else the machine does changes.
    let (mut without, ()) = measured(&store, sleep(WITHOUT)).await;
    let start = Instant::now();
    let (beside, _) = measured(&store, timeout(LONGEST, engine.purge(&store))).await;
    let taken = start.elapsed();
    let purged = rows - engine.expired(&store).await;
    println!("purged {purged} of {rows} in {taken:.1?}");
    without.extend(measured(&store, sleep(WITHOUT)).await.0);
    without.sort();

    show("claims without a purge", &without);
    show("claims beside the purge", &beside);
    let ratio = median(&beside).div_duration_f64(median(&without));
    println!("p50 of claims beside the purge: {ratio:.1} times that without");
}

/// How long each claim of a fresh event took, sorted, while something else goes on.
async fn measured<St: EventStore + Clone, T>(
    store: &St,
    meanwhile: impl Future<Output = T>,
) -> (Vec<Duration>, T) {
    let is_over = Arc::new(AtomicBool::new(false));
    let tasks = (0..TASKS).map(|_| {
        let (store, is_over) = (store.clone(), Arc::clone(&is_over));
        tokio::spawn(async move {
            let mut times = Vec::new();
            while !is_over.load(Ordering::Relaxed) {
                let token = Token::random();
                let id: String = token.as_bytes().map(|byte| format!("{byte:02x}")).concat();
                let key = EventKey::new("growth", &format!("charge.succeeded:evt_{id}"));
                let start = Instant::now();
                let claim = store.claim(&key, token, LEASE).await;
                times.push(start.elapsed());
                assert_eq!(claim.expect("the store works"), Claim::Claimed);
                let completed = store.complete(&key, token, Retention::Forever).await;
                completed.expect("the store works");
            }
            times
        })
    });
    let tasks: Vec<_> = tasks.collect();
    let outcome = meanwhile.await;
    is_over.store(true, Ordering::Relaxed);
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.expect("no task panics"));
    }
    times.sort();
    (times, outcome)
}

fn median(times: &[Duration]) -> Duration {
    times[times.len() / 2]
}

fn show(name: &str, times: &[Duration]) {
    let p99 = times[times.len() * 99 / 100];
    println!(
        "{name}: {} claims, p50 {:.2?}, p99 {p99:.2?}",
        times.len(),
        median(times)
    );
}
