//! Receivers that are killed, and which of the events that they acknowledged are stored.

use std::collections::HashMap;

use tokio::task::JoinSet;
use tower::Service;
use tower_loops::inbox::{Accept, Inbox, Outcome, Queue, Token};

use super::{
    events::event,
    process::{Process, TIMEOUT, say},
};

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
