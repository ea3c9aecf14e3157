//! Operations that are committed together.

use std::time::{Duration, Instant};

use rusqlite::Connection;
use tower_loops::idempotency::{Claim, EventStore, Retention, StoreErrorKind, Token};
use tower_loops_sqlite::SqliteStore;

use crate::support::{Folder, LONG, begin, claim, key, rows};

/// `ABORT` undoes the statement, `ROLLBACK` the whole transaction, which is what SQLite itself does
/// after some errors.
#[tokio::test]
async fn an_operation_that_fails_does_not_fail_its_batch() {
    for failure in ["ABORT", "ROLLBACK"] {
        let folder = Folder::new();
        let store = folder.open().with_busy_timeout(LONG);
        let trigger = format!(
            "CREATE TRIGGER fails BEFORE INSERT ON tower_loops_events WHEN NEW.event_id = 'bad'
             BEGIN SELECT RAISE({failure}, 'for the test'); END"
        );
        let (done, token) = (key("done"), Token::random());
        store.claim(&done, token, LONG).await.expect("claimed");
        let lock = folder.connection();
        lock.execute_batch(&trigger).expect("made");
        lock.execute_batch("BEGIN IMMEDIATE").expect("locked");

        let complete = begin(store.complete(&done, token, Retention::Forever)).await;
        let (first, bad, last) = (key("first"), key("bad"), key("last"));
        let claim_first = begin(store.claim(&first, token, LONG)).await;
        let claim_bad = begin(store.claim(&bad, token, LONG)).await;
        let claim_last = begin(store.claim(&last, token, LONG)).await;
        drop(lock);

        let error = claim_bad.await.expect_err("the trigger fails it");
        assert!(!error.may_have_taken_effect(), "{failure}");
        complete.await.expect(failure);
        assert_eq!(claim_first.await.expect(failure), Claim::Claimed);
        assert_eq!(claim_last.await.expect(failure), Claim::Claimed);
        assert_eq!(rows(&folder.connection()), 3, "{failure}");
        assert_eq!(claim(&store, "done").await, Claim::Done, "{failure}");
    }
}

/// No success is reported before it is in the database.
#[tokio::test]
async fn a_commit_that_fails_fails_all_that_it_would_have_written() {
    let folder = Folder::new();
    drop(folder.open());
    let connection = folder.connection();
    let trigger = "PRAGMA foreign_keys = ON;
         CREATE TABLE one (id INTEGER PRIMARY KEY);
         CREATE TABLE other (id REFERENCES one(id) DEFERRABLE INITIALLY DEFERRED);
         CREATE TRIGGER fails AFTER INSERT ON tower_loops_events
         BEGIN INSERT INTO other VALUES (1); END";
    connection.execute_batch(trigger).expect("made");
    let store = SqliteStore::from_connection(connection);
    for id in ["one", "another"] {
        let error = store.claim(&key(id), Token::random(), LONG).await;
        let error = error.expect_err("the commit fails");
        assert!(error.may_have_taken_effect(), "{id}");
    }
    assert_eq!(rows(&folder.connection()), 0);
    folder.run("DROP TRIGGER fails");
    assert_eq!(claim(&store, "one").await, Claim::Claimed);
}

/// What ends a claim runs before new claims, however long they have waited.
#[tokio::test]
async fn completions_renewals_and_releases_run_before_claims() {
    let folder = Folder::new();
    let store = folder.open().with_busy_timeout(LONG);
    let token = Token::random();
    let (completed, extended, released) = (key("completed"), key("extended"), key("released"));
    for held in [&completed, &extended, &released] {
        store.claim(held, token, LONG).await.expect("claimed");
    }
    let lock = folder.connection();
    lock.execute_batch(
        "CREATE TABLE log (number INTEGER PRIMARY KEY, event_id TEXT);
         CREATE TRIGGER inserted AFTER INSERT ON tower_loops_events
         BEGIN INSERT INTO log (event_id) VALUES (NEW.event_id); END;
         CREATE TRIGGER updated AFTER UPDATE ON tower_loops_events
         BEGIN INSERT INTO log (event_id) VALUES (NEW.event_id); END;
         CREATE TRIGGER deleted AFTER DELETE ON tower_loops_events
         BEGIN INSERT INTO log (event_id) VALUES (OLD.event_id); END;
         BEGIN IMMEDIATE",
    )
    .expect("made");
    let claims = (0..1_000).map(|number| {
        let store = store.clone();
        let key = key(&format!("claim_{number}"));
        async move { store.claim(&key, token, LONG).await }
    });
    let mut waiting = Vec::new();
    for claim in claims {
        waiting.push(tokio::spawn(begin(claim).await));
    }
    let complete = begin(store.complete(&completed, token, Retention::Forever)).await;
    let extend = begin(store.extend(&extended, token, LONG)).await;
    let release = begin(store.release(&released, token)).await;
    drop(lock);

    complete.await.expect("completed");
    assert!(extend.await.expect("extended"));
    assert!(release.await.expect("released"));
    for claim in waiting {
        let claim = claim.await.expect("no panic");
        assert_eq!(claim.expect("claimed"), Claim::Claimed);
    }
    let first = "SELECT group_concat(event_id) FROM
        (SELECT event_id FROM log ORDER BY number LIMIT 3)";
    let first: String = folder.read(first);
    assert_eq!(first, "completed,extended,released");
}

/// Without WAL a commit waits for readers.
#[tokio::test]
async fn a_commit_waits_for_readers_until_the_deadline() {
    let folder = Folder::new();
    let connection = Connection::open(folder.database()).expect("opened");
    let set = connection.pragma_update(None, "journal_mode", "DELETE");
    set.expect("set");
    let store = SqliteStore::from_connection(connection);
    store.ensure_schema().await.expect("made");
    let reader = folder.connection();
    reader.execute_batch("BEGIN").expect("begun");
    assert_eq!(rows(&reader), 0);

    let busy_timeout = Duration::from_millis(100);
    let hasty = store.clone().with_busy_timeout(busy_timeout);
    let start = Instant::now();
    let error = hasty.claim(&key("evt_1"), Token::random(), LONG).await;
    let error = error.expect_err("the reader is in the way");
    assert_eq!(error.kind(), StoreErrorKind::Unavailable);
    let waited = start.elapsed();
    assert!(waited >= busy_timeout / 2, "it gave up after {waited:?}");
    let patient = store.with_busy_timeout(LONG);
    let (evt_2, token) = (key("evt_2"), Token::random());
    let waits = begin(patient.claim(&evt_2, token, LONG)).await;
    drop(reader);
    assert_eq!(waits.await.expect("claimed"), Claim::Claimed);
}

/// Ids in the order in which they have expired: the 150th cannot be deleted.
#[tokio::test]
async fn a_purge_deletes_a_hundred_at_most_in_a_transaction() {
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
