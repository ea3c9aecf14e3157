//! Events that the service did not get.

use super::events::{accept_one, take};
use crate::{
    inbox::{Outcome, Queue},
    store::suite::{LONG, answered},
};

pub(super) async fn keep_their_attempts(queue: &impl Queue) {
    let key = accept_one(queue).await;
    for outcome in [Outcome::Released, Outcome::Released, Outcome::Done] {
        let (token, taken) = take(queue, 1, LONG).await;
        let [taken] = &*taken else {
            panic!("a released event waits at once: {taken:?}");
        };
        assert_eq!((taken.attempt, &taken.last_error), (1, &None));
        assert!(answered(queue.finish(&key, token, &outcome).await));
    }
}
