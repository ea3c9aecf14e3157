//! Claims of events that are done or in flight: they write nothing and do not wait.

use std::time::Duration;

use tower_loops::idempotency::{Claim, EventStore, Retention, Token};

use crate::support::{Folder, LONG, begin, claim, key};

/// Nor do they wait for a claim that waits for the lock.
#[tokio::test]
async fn they_are_answered_while_another_connection_has_the_lock() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(LONG);
    let (fresh, token) = (key("fresh"), Token::random());
    assert_eq!(claim(&store, "held").await, Claim::Claimed);
    let completed = store
        .complete(&key("done"), token, Retention::Forever)
        .await;
    completed.expect("completed");
    let lock = folder.lock();
    let waits = begin(store.claim(&fresh, token, LONG)).await;
    let answers = async {
        // The first is answered together with the claim that waits.
        for _ in 0..2 {
            assert_eq!(claim(&store, "done").await, Claim::Done);
            let in_flight = claim(&store, "held").await;
            assert!(matches!(in_flight, Claim::InFlight { .. }));
        }
    };
    let answered = tokio::time::timeout(Duration::from_secs(20), answers).await;
    answered.expect("they do not wait");
    drop(lock);
    assert_eq!(waits.await.expect("works"), Claim::Claimed);
}

/// SQLite counts the changes that others have made to the file.
#[tokio::test]
async fn they_write_nothing() {
    let folder = Folder::new();
    let store = folder.open();
    let token = Token::random();
    let completed = store
        .complete(&key("done"), token, Retention::Forever)
        .await;
    completed.expect("completed");
    let application = folder.connection();
    let version = || -> i64 {
        application
            .query_row("PRAGMA data_version", [], |row| row.get(0))
            .expect("read")
    };
    let before = version();
    for _ in 0..10 {
        assert_eq!(claim(&store, "done").await, Claim::Done);
    }
    assert_eq!(version(), before);
    assert_eq!(claim(&store, "fresh").await, Claim::Claimed);
    assert_ne!(version(), before, "a claim that writes is seen");
}
