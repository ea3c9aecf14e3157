//! Receivers and workers in processes of their own, which are killed. For the tests of the engines:
//! the test's own program is started again, with what the process is to be in its environment.
#![allow(clippy::unwrap_used, reason = "helpers of tests are tests")]

mod faults;
mod process;

use std::{
    collections::HashMap,
    time::{Duration, Instant, SystemTime},
};

use tokio::task::JoinSet;
use tower::{Service, service_fn};
use tower_loops::{
    BoxError, Secret, Signer, StoredEvent, VerifiedEvent, Verifier,
    inbox::{Accept, EventKey, Inbox, Job, Outcome, Queue, Token, Worker},
};

pub(crate) use faults::{assert_recovers, assert_unavailable, handled_ids, until_unavailable};
pub(crate) use process::{Process, database, rounds, say};

const TIMEOUT: Duration = Duration::from_secs(60);
pub(crate) const LEASE: Duration = Duration::from_secs(4);

pub(crate) fn event(id: &str) -> VerifiedEvent {
    let payload = serde_json::json!({ "id": id, "type": "charge.succeeded" }).to_string();
    let (secret, now) = (Secret::new("whsec_processes").unwrap(), SystemTime::now());
    let header = Signer::new(&secret).sign(payload.as_bytes(), now);
    let verifier = Verifier::new(secret);
    verifier
        .verify(header.as_bytes(), payload.into(), now)
        .unwrap()
}

pub(crate) async fn store(inbox: &impl Inbox, id: &str) -> EventKey {
    let event = event(id);
    let key = EventKey::of("default", &event);
    inbox
        .accept(&key, &StoredEvent::from(&event))
        .await
        .unwrap();
    key
}

/// The status of a delivery.
pub(crate) async fn deliver<I: Inbox>(accept: &Accept<I>, id: &str) -> u16 {
    let mut request = http::Request::new(());
    request.extensions_mut().insert(event(id));
    let Ok(response) = accept.clone().call(request).await;
    response.status().as_u16()
}

/// Receives events in 16 tasks until the process is killed, and says what was answered 200.
pub(crate) async fn receive(inbox: impl Inbox) {
    let (accept, round) = (Accept::new(inbox), Token::random());
    let round = round.as_bytes().map(|byte| format!("{byte:02x}")).concat();
    let mut senders = JoinSet::new();
    for sender in 0..16 {
        let (accept, round) = (accept.clone(), round.clone());
        senders.spawn(async move {
            for number in 0.. {
                let id = format!("evt_{round}_{sender}_{number}");
                if deliver(&accept, &id).await == 200 {
                    say(&id);
                }
            }
        });
    }
    senders.join_all().await;
}

/// Kills receivers under load, and returns what they had answered 200.
pub(crate) async fn kill_receivers(test: &str, database: &str, rounds: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for round in 0..rounds {
        let mut process = Process::start(test, database);
        // At another point each time.
        for _ in 0..10 + round * 37 % 300 {
            acknowledged.extend(process.hear().await);
        }
        acknowledged.extend(process.kill().await);
    }
    acknowledged
}

/// Takes all events, and asserts that those that were acknowledged are there, each once.
pub(crate) async fn assert_stored_once(queue: &impl Queue, acknowledged: &[String]) {
    let mut stored = HashMap::<String, usize>::new();
    loop {
        let token = Token::random();
        let taken = queue.take(token, 500, TIMEOUT).await.unwrap();
        if taken.is_empty() {
            break;
        }
        for taken in taken {
            let event = taken.event.trust().unwrap();
            *stored.entry(event.id().to_owned()).or_default() += 1;
            queue
                .finish(&taken.key, token, &Outcome::Done)
                .await
                .unwrap();
        }
    }
    let lost = acknowledged.iter().filter(|id| !stored.contains_key(*id));
    let seen = lost.count();
    assert_eq!(seen, 0, "lost of {} acknowledged", acknowledged.len());
    assert!(stored.values().all(|&count| count == 1), "stored twice");
    println!(
        "{} acknowledged, {} stored",
        acknowledged.len(),
        stored.len()
    );
}

/// A worker that begins with events and never ends, and says which.
pub(crate) async fn hold(queue: impl Queue) {
    let handler = service_fn(|job: Job| async move {
        say(job.id());
        std::future::pending::<Result<(), BoxError>>().await
    });
    let worker = Worker::new(queue, handler).with_lease(LEASE);
    worker.run(std::future::pending()).await;
}

/// Asserts that the events of a worker that was killed run again after its lease, and that others
/// run meanwhile.
pub(crate) async fn assert_taken_over<Q: Queue + Clone>(test: &str, database: &str, queue: Q) {
    for number in 0..8 {
        store(&queue, &format!("held_{number}")).await;
    }
    let mut process = Process::start(test, database);
    for _ in 0..8 {
        process.hear().await.unwrap();
    }
    // While the process renews its leases: a busy machine cannot end them before.
    store(&queue, "free").await;
    let (sender, mut handled) = tokio::sync::mpsc::unbounded_channel();
    let handler = service_fn(move |job: Job| {
        let sent = sender.send((job.id().to_owned(), job.attempt()));
        async move { sent.map_err(BoxError::from) }
    });
    let worker = Worker::new(queue, handler).with_poll_interval(Duration::from_millis(50));
    let worker = tokio::spawn(worker.run(std::future::pending()));
    let mut next = async || {
        let next = tokio::time::timeout(TIMEOUT, handled.recv()).await;
        next.expect("handled").unwrap()
    };
    assert_eq!(next().await, ("free".to_owned(), 1), "nobody holds it");
    process.kill().await;
    let killed = Instant::now();
    let mut ids = Vec::new();
    for _ in 0..8 {
        let (id, attempt) = next().await;
        assert_eq!(attempt, 2, "{id}");
        ids.push(id);
    }
    let limit = LEASE * 10;
    assert!(killed.elapsed() < limit, "after {:?}", killed.elapsed());
    ids.sort();
    ids.dedup();
    assert_eq!(ids.len(), 8);
    worker.abort();
}

/// 16 workers, whose handlers fail at 30 % of the first attempts. Says what succeeded.
pub(crate) async fn work<Q: Queue + Clone>(queue: Q) {
    let mut workers = JoinSet::new();
    for _ in 0..16 {
        let handler = service_fn(|job: Job| async move {
            let number: u32 = job.id().parse()?;
            if job.attempt() == 1 && number % 10 < 3 {
                return Err(BoxError::from("the first attempt fails"));
            }
            say(job.id());
            Ok(())
        });
        let worker = Worker::new(queue.clone(), handler)
            .with_concurrency(2)
            .with_backoff(Duration::from_millis(10), Duration::from_millis(50))
            .with_poll_interval(Duration::from_millis(200));
        workers.spawn(worker.run(std::future::pending()));
    }
    workers.join_all().await;
}

/// Asserts that each event succeeds once in the workers of four processes.
pub(crate) async fn assert_each_succeeds_once(
    test: &str,
    database: &str,
    queue: &impl Queue,
    events: usize,
) {
    let mut processes: Vec<_> = (0..4).map(|_| Process::start(test, database)).collect();
    for number in 0..events {
        store(queue, &number.to_string()).await;
    }
    let begun = Instant::now();
    while queue.counts().await.unwrap() != Default::default() {
        assert!(begun.elapsed() < TIMEOUT, "{:?}", queue.counts().await);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let mut successes = HashMap::<String, usize>::new();
    for process in processes.drain(..) {
        for id in process.kill().await {
            *successes.entry(id).or_default() += 1;
        }
    }
    assert_eq!(successes.len(), events);
    assert!(
        successes.values().all(|&count| count == 1),
        "each succeeds once"
    );
}
