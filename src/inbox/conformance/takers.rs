//! Many takers at once.

use std::{collections::HashMap, sync::Arc};

use tokio::{sync::Barrier, task::JoinSet};

use super::suite::{LONG, stored, take};
use crate::inbox::{EventKey, Queue};
use crate::{
    inbox::Outcome,
    store::suite::{answered, fresh_namespace},
};

const TAKERS: usize = 64;
const EVENTS: usize = 200;

pub(super) async fn one_takes_each_event<Q: Queue>(queue: &Arc<Q>) {
    let namespace = fresh_namespace();
    for number in 0..EVENTS {
        let id = format!("evt_{number}");
        let key = EventKey::new(&namespace, &id);
        answered(queue.accept(&key, &stored(&id, "charge.succeeded")).await);
    }
    let barrier = Arc::new(Barrier::new(TAKERS));
    let mut takers = JoinSet::new();
    for _ in 0..TAKERS {
        let (queue, barrier) = (Arc::clone(queue), Arc::clone(&barrier));
        takers.spawn(async move {
            barrier.wait().await;
            let mut all = Vec::new();
            loop {
                let (token, taken) = take(&*queue, 7, LONG).await;
                if taken.is_empty() {
                    return all;
                }
                assert!(taken.len() <= 7, "a take of 7 gets {}", taken.len());
                for taken in taken {
                    assert!(answered(
                        queue.finish(&taken.key, token, &Outcome::Done).await
                    ));
                    all.push(taken.key);
                }
            }
        });
    }
    let mut counts = HashMap::new();
    while let Some(taken) = takers.join_next().await {
        for key in taken.expect("no taker panics") {
            *counts.entry(key).or_insert(0) += 1;
        }
    }
    assert!(
        counts.values().all(|&count| count == 1),
        "one takes each event"
    );
    // A taker that finds nothing leaves, though others may be between a take and a finish.
    assert_eq!(counts.len(), EVENTS, "all events are taken");
}
