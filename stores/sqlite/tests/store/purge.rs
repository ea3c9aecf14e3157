//! Deleting what has expired, and nothing else.

use std::{pin::pin, time::Duration};

use tokio::time::timeout;
use tower_loops::idempotency::{Claim, EventStore, Retention, Token};
use tower_loops_sqlite::SqliteStore;

use crate::support::{Folder, claim, complete, rows, until};

/// Completes events, and waits until they have expired: the shortest retention is a millisecond.
async fn expire(folder: &Folder, store: &SqliteStore, count: u32) {
    for number in 0..count {
        let key = crate::support::key(&format!("expired_{number}"));
        let retention = Retention::For(Duration::ZERO);
        let completed = store.complete(&key, Token::random(), retention).await;
        completed.expect("completed");
    }
    let connection = folder.connection();
    let expired = "SELECT count(*) FROM tower_loops_events
        WHERE ends_at <= CAST(unixepoch('subsec') * 1000 AS INTEGER)";
    let expired = || connection.query_row(expired, [], |row| row.get::<_, u32>(0));
    while expired().expect("counted") < count {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_has_expired_goes_whatever_the_batch() {
    let folder = Folder::new();
    let store = folder.open();
    assert_eq!(claim(&store, "held").await, Claim::Claimed);
    complete(&store, "done").await;
    for batch in [0, 1, 3, 5, 7, u32::MAX] {
        expire(&folder, &store, 5).await;
        assert_eq!(rows(&folder.connection()), 7, "batch {batch}: before");
        let purged = store.purge_expired(batch).await.expect("purged");
        assert_eq!(purged, 5, "batch {batch}");
        assert_eq!(rows(&folder.connection()), 2, "batch {batch}: after");
    }
    assert_eq!(claim(&store, "done").await, Claim::Done);
    let held = claim(&store, "held").await;
    assert!(matches!(held, Claim::InFlight { .. }));
}

#[tokio::test]
async fn the_purger_goes_on_after_errors() {
    let folder = Folder::new();
    let store = folder.open();
    expire(&folder, &store, 3).await;
    let application = folder.connection();
    let rename = |from: &str, to: &str| folder.run(&format!("ALTER TABLE {from} RENAME TO {to}"));
    rename("tower_loops_events", "elsewhere");
    let mut purger = pin!(store.clone().purge_every(Duration::from_millis(1)));
    // Many intervals: several purges fail.
    let failing = timeout(Duration::from_millis(100), &mut purger).await;
    failing.expect_err("it never ends, with no table");
    rename("elsewhere", "tower_loops_events");
    assert_eq!(rows(&application), 3, "nothing could be purged");
    tokio::select! {
        () = purger => panic!("it never ends, with the table"),
        () = until("purged", || rows(&application) == 0) => {}
    }
}

/// Ids in the order in which they have expired: the 150th cannot be deleted.
#[tokio::test]
async fn a_transaction_deletes_a_hundred_at_most() {
    let folder = Folder::new();
    let store = folder.open();
    folder.run(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 250)
             INSERT INTO tower_loops_events SELECT 'test', n, NULL, n FROM numbers;
             CREATE TRIGGER fails BEFORE DELETE ON tower_loops_events WHEN OLD.ends_at = 150
             BEGIN SELECT RAISE(ABORT, 'for the test'); END;",
    );
    let purged = store.purge_expired(u32::MAX).await;
    purged.expect_err("the second batch fails");
    assert_eq!(rows(&folder.connection()), 150);
}
