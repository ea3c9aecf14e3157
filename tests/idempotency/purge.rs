//! The purge loops: batches until one is not full, and errors that do not end the loop.

use std::{cell::RefCell, time::Duration};

use tokio::time::{Instant, advance, timeout};
use tower_loops::idempotency::{StoreError, StoreErrorKind, purge_every, purge_in_batches};

#[tokio::test(start_paused = true)]
async fn batches_are_deleted_until_one_is_not_full_with_pauses_as_long_as_a_batch() {
    for (batch, expected) in [(10, vec![10, 10, 5]), (25, vec![25, 0]), (0, vec![1; 25])] {
        let (left, deleted) = (RefCell::new(25_u64), RefCell::new(Vec::new()));
        let start = Instant::now();
        let total = purge_in_batches(batch, async |size| {
            advance(Duration::from_millis(50)).await;
            let count = u64::from(size).min(*left.borrow());
            *left.borrow_mut() -= count;
            deleted.borrow_mut().push(count);
            Ok(count)
        });
        assert_eq!(total.await.expect("works"), 25, "{batch}");
        let mut deleted = deleted.into_inner();
        if batch == 0 {
            assert_eq!(deleted.pop(), Some(0), "the last batch is not full");
        }
        assert_eq!(deleted, expected, "{batch}");
        let pauses = start.elapsed() / 50;
        let batches = expected.len() as u32;
        assert!(pauses.as_millis() >= u128::from(2 * batches - 1), "{batch}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_purge_that_fails_is_followed_by_the_next_one() {
    let purges = RefCell::new(0);
    let purging = purge_every(Duration::from_secs(60), async || {
        *purges.borrow_mut() += 1;
        Err(StoreError::new(StoreErrorKind::Unavailable, "scripted"))
    });
    let ended = timeout(Duration::from_secs(150), purging).await;
    assert!(ended.is_err(), "it ended");
    assert_eq!(purges.into_inner(), 3);
}
