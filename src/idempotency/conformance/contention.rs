//! Many claimers at once.

use std::sync::Arc;

use tokio::time::sleep;

use super::leases::{claims, fresh_key};
use crate::idempotency::{EventKey, EventStore, Token};
use crate::store::suite::{LONG, SHORT, TIMEOUT, answered, at_once, fresh_namespace};

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
    let claimers = at_once(CLAIMERS, || {
        let (store, keys) = (Arc::clone(store), keys.to_vec());
        async move {
            let mut won = Vec::with_capacity(keys.len());
            for key in &keys {
                won.push(usize::from(claims(&*store, key, LONG).await));
            }
            won
        }
    });
    let claimers = claimers.await;
    (0..keys.len())
        .map(|key| claimers.iter().map(|won| won[key]).sum())
        .collect()
}
