//! Many claimers at once.

use std::sync::Arc;

use tokio::{sync::Barrier, task::JoinSet, time::sleep};

use super::suite::{LONG, SHORT, claims, fresh_key};
use crate::idempotency::{EventKey, EventStore, Token};
use crate::store::suite::{TIMEOUT, answered, fresh_namespace};

const CLAIMERS: usize = 64;
const KEYS: usize = 200;

pub(super) async fn one_claimer_wins<St: EventStore>(store: &Arc<St>) {
    let namespace = fresh_namespace();
    let keys = (0..KEYS).map(|number| EventKey::new(&namespace, &format!("evt_{number}")));
    let winners = race(store, &keys.collect::<Vec<_>>()).await;
    assert_eq!(winners, [1; KEYS], "winners of each of {KEYS} keys");
}

pub(super) async fn one_claimer_takes_over<St: EventStore>(store: &Arc<St>) {
    let key = fresh_key();
    answered(store.claim(&key, Token::random(), SHORT).await);
    let begun = tokio::time::Instant::now();
    loop {
        let winners = race(store, std::slice::from_ref(&key)).await;
        match winners[0] {
            0 => assert!(begun.elapsed() < TIMEOUT, "no claimer takes over"),
            1 => return,
            more => panic!("{more} claimers took over from one whose lease had ended"),
        }
        sleep(SHORT / 10).await;
    }
}

/// How many of the claimers, who begin together, win each key.
async fn race<St: EventStore>(store: &Arc<St>, keys: &[EventKey]) -> Vec<usize> {
    let barrier = Arc::new(Barrier::new(CLAIMERS));
    let mut claimers = JoinSet::new();
    for _ in 0..CLAIMERS {
        let (store, barrier, keys) = (Arc::clone(store), Arc::clone(&barrier), keys.to_vec());
        claimers.spawn(async move {
            barrier.wait().await;
            let mut won = Vec::with_capacity(keys.len());
            for key in &keys {
                won.push(usize::from(claims(&*store, key, LONG).await));
            }
            won
        });
    }
    let mut winners = vec![0; keys.len()];
    while let Some(won) = claimers.join_next().await {
        let won = won.expect("no claimer panics");
        winners
            .iter_mut()
            .zip(won)
            .for_each(|(sum, won)| *sum += won);
    }
    winners
}
