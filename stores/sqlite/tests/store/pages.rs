//! What an operation writes.

use std::fs;

use tower_loops::idempotency::{Claim, Completion, EventKey, EventStore, Retention, Token};

use crate::support::{Folder, LONG, begin, key};

/// Long ids, of which each page of their index has few, in no order.
fn keys() -> impl Iterator<Item = EventKey> {
    (0..1_000).map(|number| key(&format!("{:0200}", number * 617 % 1_000)))
}

/// Completions follow their claims soon: the pages are still in the cache, and few.
#[tokio::test]
async fn completions_write_the_pages_of_the_last_claims() {
    const COMPLETED: usize = 50;
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(LONG);
    let token = Token::random();
    let lock = folder.lock();
    let mut claims = Vec::new();
    for key in keys() {
        let store = store.clone();
        claims.push(begin(async move { store.claim(&key, token, LONG).await }).await);
    }
    drop(lock);
    for claim in claims {
        assert_eq!(claim.await.expect("claimed"), Claim::Claimed);
    }
    folder.run("PRAGMA wal_checkpoint(TRUNCATE)");

    let lock = folder.lock();
    let mut completions = Vec::new();
    for key in keys().skip(1_000 - COMPLETED) {
        let (store, forever) = (store.clone(), Retention::Forever);
        let complete = async move { store.complete(&key, token, forever).await };
        completions.push(begin(complete).await);
    }
    drop(lock);
    for completion in completions {
        assert_eq!(completion.await.expect("completed"), Completion::Held);
    }
    let log = fs::metadata(folder.path().join("events.db-wal")).expect("there is a log");
    let pages = usize::try_from(log.len()).expect("small") / 4096;
    assert!(pages < COMPLETED / 2, "{pages} pages of the log");
}
