//! Purging takes what has expired, in batches, and nothing else.

use std::time::Duration;

use testkit::poll::until;
use tower_loops::{
    StoredEvent,
    idempotency::{Claim, EventKey, EventStore, Retention, Token},
    inbox::{Accepted, Inbox},
};

use crate::{
    crashes,
    database::{Database, ENDS, NOW, SqlStore},
};

const MINUTE: Duration = Duration::from_secs(60);

/// Completes events, and lets their retention end.
async fn expire(database: &Database, store: &SqlStore, count: u32) {
    for number in 0..count {
        let key = EventKey::new("expired", &format!("evt_{number}"));
        let completed = store.complete(&key, Token::random(), Retention::Forever);
        completed.await.unwrap();
    }
    let end = format!("UPDATE tower_loops_events SET {ENDS} = {NOW} WHERE namespace = 'expired'");
    database.execute(&end).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_has_expired_goes_whatever_the_batch() {
    let database = Database::start().await;
    let store = database.store().await;
    let [held, done] = ["held", "done"].map(|id| EventKey::new("kept", id));
    store.claim(&held, Token::random(), MINUTE).await.unwrap();
    let completed = store.complete(&done, Token::random(), Retention::Forever);
    completed.await.unwrap();
    for batch in [0, 1, 3, 5, 7, u32::MAX] {
        expire(&database, &store, 5).await;
        let purged = store.purge_expired(batch).await.unwrap();
        assert_eq!(purged, 5, "batch {batch}");
        let kept = database.count("tower_loops_events").await;
        assert_eq!(kept, 2, "batch {batch}");
    }
    let claim = store.claim(&done, Token::random(), MINUTE).await.unwrap();
    assert_eq!(claim, Claim::Done);
}

/// That it goes on after errors is tested with the loop itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_loop_purges_a_store_and_an_inbox() {
    let database = Database::start().await;
    let store = database.store().await;
    let inbox = database.inbox().await.with_retention(Duration::ZERO);
    let interval = Duration::from_millis(5);
    let loops = [
        tokio::spawn(store.clone().purge_every(interval)),
        tokio::spawn(inbox.clone().purge_every(interval)),
    ];
    expire(&database, &store, 5).await;
    crashes::store(&inbox, "evt_1").await;
    crashes::handled_ids(&inbox, 1).await;
    until("all is purged", async || {
        let events = database.count("tower_loops_events").await;
        events + database.count("tower_loops_inbox").await == 0
    })
    .await;
    for purging in loops {
        assert!(!purging.is_finished(), "it never ends");
        purging.abort();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn purged_events_are_known_until_their_retention_is_over() {
    let database = Database::start().await;
    let inbox = database.inbox().await;
    let key = crashes::store(&inbox, "evt_1").await;
    crashes::handled_ids(&inbox, 1).await;
    crashes::store(&inbox, "evt_2").await;
    let event = StoredEvent::from(&crashes::event("evt_1"));

    assert_eq!(inbox.purge_handled(10).await.unwrap(), 1);
    let purged = database.count("tower_loops_inbox WHERE payload IS NULL");
    assert_eq!(purged.await, 1);
    assert_eq!(inbox.accept(&key, &event).await.unwrap(), Accepted::Known);
    assert_eq!(inbox.purge_handled(10).await.unwrap(), 0);

    let end = format!("UPDATE tower_loops_inbox SET due_at = {NOW} WHERE state = 'purged'");
    database.execute(&end).await;
    let seen = inbox.accept(&key, &event).await.unwrap();
    assert_eq!(seen, Accepted::New, "as good as absent");
    crashes::handled_ids(&inbox, 2).await;
    crashes::store(&inbox, "evt_3").await;
    let (inbox, mut purged) = (inbox.with_retention(Duration::ZERO), 0);
    until("what was handled is gone", async || {
        purged += inbox.purge_handled(1).await.unwrap();
        database.count("tower_loops_inbox").await == 1
    })
    .await;
    assert_eq!(purged, 4, "two payloads, then two rows");
    assert_eq!(inbox.purge_handled(1).await.unwrap(), 0, "what waits stays");
}
