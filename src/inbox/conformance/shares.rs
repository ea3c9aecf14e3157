//! New events together with those whose pause or lease has ended.

use std::time::Duration;

use super::events::{accept_many, done, take};
use crate::inbox::{Outcome, Queue, Taken, Token};
use crate::store::suite::{LONG, SHORT, answered, eventually, fresh_namespace};

const REPEATED: usize = 30;
const NEW: usize = 60;

pub(super) async fn neither_kind_waits_for_a_backlog_of_the_other(queue: &impl Queue) {
    accept_many(queue, &fresh_namespace(), REPEATED).await;
    let (token, failed) = take(queue, REPEATED / 2, LONG).await;
    for taken in failed {
        let (after, error) = (Duration::ZERO, "not yet".to_owned());
        let outcome = Outcome::Retry { after, error };
        assert!(answered(queue.finish(&taken.key, token, &outcome).await));
    }
    // The others, under a lease that ends.
    take(queue, REPEATED / 2, SHORT).await;
    eventually("leases end", || async {
        answered(queue.counts().await).running == 0
    })
    .await;
    accept_many(queue, &fresh_namespace(), NEW).await;

    let mut all = take(queue, 10, LONG).await.1;
    let shares = kinds(&all);
    assert_eq!(shares, (5, 5), "repeated and new ones in a take of ten");
    let mut ones = Vec::new();
    for _ in 0..40 {
        ones.extend(take(queue, 1, LONG).await.1);
    }
    let (repeated, new) = kinds(&ones);
    let are_both = repeated > 0 && new > 0;
    assert!(are_both, "takes of one: {repeated} repeated, {new} new");
    all.extend(ones);
    all.extend(take(queue, REPEATED + NEW, LONG).await.1);
    let seen = all.len();
    assert_eq!(seen, REPEATED + NEW, "one kind gets what the other leaves");
    for taken in all {
        // Whoever holds it.
        done(queue, &taken.key, Token::random()).await;
    }
}

/// How many were taken before, and how many not.
fn kinds(taken: &[Taken]) -> (usize, usize) {
    let repeated = taken.iter().filter(|taken| taken.attempt > 1).count();
    (repeated, taken.len() - repeated)
}
