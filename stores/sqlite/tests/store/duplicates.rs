//! Claims of events that are done or in flight: they write nothing and wait for nobody.

use tower_loops::idempotency::{Claim, EventStore, Retention, Token};

use crate::support::{Folder, LONG, claim, key};

#[tokio::test]
async fn they_are_answered_while_another_connection_has_the_lock() {
    let folder = Folder::new();
    let store = folder.open();
    let token = Token::random();
    assert_eq!(claim(&store, "held").await, Claim::Claimed);
    let completed = store
        .complete(&key("done"), token, Retention::Forever)
        .await;
    completed.expect("completed");
    let lock = folder.lock();
    assert_eq!(claim(&store, "done").await, Claim::Done);
    assert!(matches!(
        claim(&store, "held").await,
        Claim::InFlight { .. }
    ));
    let fresh = store.claim(&key("fresh"), token, LONG).await;
    fresh.expect_err("a claim that writes needs the lock");
    drop(lock);
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
