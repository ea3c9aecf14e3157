//! Many takers at once.

use std::{collections::HashSet, sync::Arc};

use super::events::{accept_many, done, take};
use crate::{
    inbox::Queue,
    store::suite::{LONG, at_once, fresh_namespace},
};

const TAKERS: usize = 64;
const EVENTS: usize = 200;

pub(super) async fn one_takes_each_event<Q: Queue>(queue: &Arc<Q>) {
    accept_many(&**queue, &fresh_namespace(), EVENTS).await;
    let takers = at_once(TAKERS, || {
        let queue = Arc::clone(queue);
        async move {
            let mut all = Vec::new();
            loop {
                let (token, taken) = take(&*queue, 7, LONG).await;
                if taken.is_empty() {
                    return all;
                }
                assert!(taken.len() <= 7, "a take of 7 gets {}", taken.len());
                for taken in taken {
                    assert!(done(&*queue, &taken.key, token).await);
                    all.push(taken.key);
                }
            }
        }
    });
    // A taker that finds nothing leaves, though others may be between a take and a finish.
    let taken = takers.await.concat();
    assert_eq!(taken.len(), EVENTS, "one takes each event");
    let distinct: HashSet<_> = taken.into_iter().collect();
    assert_eq!(distinct.len(), EVENTS, "all events are taken");
}
