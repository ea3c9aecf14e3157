//! The ends of leases and pauses, and notifications.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout};

use super::events::{accept_one, done, take};
use crate::inbox::Queue;
use crate::{
    inbox::{Outcome, Taken, Token},
    store::suite::{LONG, SHORT, TIMEOUT, answered, eventually},
};

pub(super) async fn ends_leases_and_pauses(queue: &impl Queue) {
    let key = accept_one(queue).await;
    let (first, _) = take(queue, 1, SHORT).await;
    let (second, taken) = take_eventually(queue, SHORT).await;
    let seen = (&taken.key, taken.attempt);
    assert_eq!(seen, (&key, 2), "after the end of a lease");
    let is_held = answered(queue.extend(&key, first, LONG).await);
    assert!(!is_held, "extend by who was taken over from");
    let error = "late".to_owned();
    let late = Outcome::Dead { error };
    let is_held = answered(queue.finish(&key, first, &late).await);
    assert!(!is_held, "dead by who was taken over from");

    // Nobody has taken it, so the holder still holds it.
    eventually("the end of a lease is counted", || async {
        answered(queue.counts().await).waiting == 1
    })
    .await;
    let is_held = answered(queue.extend(&key, second, LONG).await);
    assert!(is_held, "extend after the end of the lease");
    assert!(take(queue, 1, LONG).await.1.is_empty(), "it was extended");

    let (after, error) = (SHORT, "not yet".to_owned());
    let retry = Outcome::Retry { after, error };
    let begun = Instant::now();
    assert!(answered(queue.finish(&key, second, &retry).await));
    let (third, taken) = take_eventually(queue, LONG).await;
    let pause = begun.elapsed();
    assert!(pause >= SHORT / 2, "it pauses for {SHORT:?}, not {pause:?}");
    let seen = (taken.attempt, taken.last_error.as_deref());
    assert_eq!(seen, (3, Some("not yet")));

    let (after, error) = (Duration::MAX, "never".to_owned());
    let never = Outcome::Retry { after, error };
    let is_held = answered(queue.finish(&key, third, &never).await);
    assert!(is_held, "a pause without end");
    assert!(take(queue, 1, LONG).await.1.is_empty(), "it pauses");
    assert!(!done(queue, &key, third).await);

    let longest = accept_one(queue).await;
    let (token, taken) = take(queue, 1, Duration::MAX).await;
    assert_eq!(taken.len(), 1, "take forever");
    assert!(done(queue, &longest, token).await);
}

async fn take_eventually(queue: &impl Queue, lease: Duration) -> (Token, Taken) {
    let begun = Instant::now();
    loop {
        let (token, mut taken) = take(queue, 1, lease).await;
        if let Some(taken) = taken.pop() {
            return (token, taken);
        }
        assert!(begun.elapsed() < TIMEOUT, "no event is due");
        sleep(Duration::from_millis(10)).await;
    }
}

pub(super) async fn notifications_come(queue: &impl Queue) {
    // Earlier events may be announced once.
    let _ = timeout(SHORT, queue.notified()).await;
    // A worker that has taken what there was, and then listens, must not miss it.
    let key = accept_one(queue).await;
    let notified = timeout(TIMEOUT, queue.notified()).await;
    notified.expect("a notification of an event");
    let (token, _) = take(queue, 1, LONG).await;
    assert!(done(queue, &key, token).await);
}
