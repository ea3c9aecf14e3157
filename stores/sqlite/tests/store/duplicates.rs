//! Claims of events that are done or in flight: they write nothing and do not wait.

use std::time::Duration;

use tower_loops::idempotency::{Claim, EventStore, Token};

use crate::support::{Folder, LONG, begin, claim, complete, key};

/// Nor do they wait for a claim that waits for the lock.
#[tokio::test]
async fn they_are_answered_while_another_connection_has_the_lock() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(LONG);
    let (fresh, token) = (key("fresh"), Token::random());
    assert_eq!(claim(&store, "held").await, Claim::Claimed);
    complete(&store, "done").await;
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
    complete(&store, "done").await;
    let (application, version) = (folder.connection(), "PRAGMA data_version");
    let version = || application.query_row(version, [], |row| row.get::<_, i64>(0));
    let before = version();
    for _ in 0..10 {
        assert_eq!(claim(&store, "done").await, Claim::Done);
    }
    assert_eq!(version(), before);
    assert_eq!(claim(&store, "fresh").await, Claim::Claimed);
    assert_ne!(version(), before, "a claim that writes is seen");
}
