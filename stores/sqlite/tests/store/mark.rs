//! Effects and id in one transaction.

use std::time::Duration;

use rusqlite::{Connection, TransactionBehavior};
use tower_loops::idempotency::{Claim, EventKey, StoreErrorKind};
use tower_loops_sqlite::{Mark, SqliteStore};

use crate::support::{Folder, claim};

#[test]
fn an_event_is_marked_with_its_transaction_or_not_at_all() {
    let folder = Folder::new();
    let store = folder.open();
    let mut connection = folder.connection();
    for (case, id, commits, expected) in [
        ("rolled back", "evt_1", false, Mark::Fresh),
        ("after a rollback", "evt_1", true, Mark::Fresh),
        ("after a commit", "evt_1", true, Mark::Duplicate),
        ("again", "evt_1", false, Mark::Duplicate),
        ("another id", "evt_2", true, Mark::Fresh),
        ("an unusual id", "evt'; \0é", true, Mark::Fresh),
        ("an unusual id again", "evt'; \0é", true, Mark::Duplicate),
        ("another unusual id", "evt'; \0e", true, Mark::Fresh),
    ] {
        let marked = mark(&store, &mut connection, id, commits);
        assert_eq!(marked, expected, "{case}");
    }
    drop(store);
    let marked = mark(&folder.open(), &mut connection, "evt_1", true);
    assert_eq!(marked, Mark::Duplicate, "after a restart");
}

#[tokio::test]
async fn marks_and_claims_of_one_event_are_apart() {
    let folder = Folder::new();
    let store = folder.open();
    let mut connection = folder.connection();
    assert_eq!(claim(&store, "evt_1").await, Claim::Claimed);
    assert_eq!(mark(&store, &mut connection, "evt_1", true), Mark::Fresh);
    let held = claim(&store, "evt_1").await;
    assert!(matches!(held, Claim::InFlight { .. }));
    assert_eq!(mark(&store, &mut connection, "evt_2", true), Mark::Fresh);
    assert_eq!(claim(&store, "evt_2").await, Claim::Claimed);
}

#[tokio::test]
async fn a_mark_ends_with_its_retention_and_is_purged() {
    let folder = Folder::new();
    let store = folder.open();
    let brief = store.clone().with_mark_retention(Duration::ZERO);
    let mut connection = folder.connection();
    for (case, store, expected) in [
        ("for no time", &brief, Mark::Fresh),
        ("ended", &store, Mark::Fresh),
        ("forever", &brief, Mark::Duplicate),
    ] {
        let marked = mark(store, &mut connection, "evt_1", true);
        assert_eq!(marked, expected, "{case}");
    }
    assert_eq!(mark(&brief, &mut connection, "evt_2", true), Mark::Fresh);
    assert_eq!(store.purge_expired(10).await.expect("purged"), 1);
    let seen = mark(&store, &mut connection, "evt_1", true);
    assert_eq!(seen, Mark::Duplicate);
}

/// As any driver runs it, beside `mark_processed`.
#[test]
fn the_statement_is_the_mark() {
    let folder = Folder::new();
    let store = folder.open();
    let mut connection = folder.connection();
    for (case, id, retention, expected) in [
        ("forever", "evt_1", None, 1),
        ("again", "evt_1", None, 0),
        ("for a minute", "evt_2", Some(60), 1),
        ("within the minute", "evt_2", None, 0),
        ("for no time", "evt_3", Some(0), 1),
        ("ended", "evt_3", Some(i64::MAX), 1),
        ("for longer than can be counted", "evt_3", None, 0),
    ] {
        let key = EventKey::new("test", id);
        let parameters = (key.namespace(), key.id(), retention);
        let marked = connection.execute(store.mark_sql(), parameters);
        assert_eq!(marked.expect("marked"), expected, "{case}");
        let marked = mark(&store, &mut connection, id, false);
        let is_over = retention == Some(0);
        assert_eq!(marked == Mark::Fresh, is_over, "{case}: mark_processed");
    }
    let minutes = "SELECT round((ends_at / 1000.0 - unixepoch('subsec')) / 60, 1)
        FROM tower_loops_events WHERE namespace = 'processed:test' AND event_id = 'evt_2'";
    let minutes: f64 = folder.read(minutes);
    assert_eq!(minutes, 1.0, "a retention is in seconds");
}

#[test]
fn of_many_at_once_one_makes_the_effects() {
    let folder = Folder::new();
    let store = folder.open();
    folder.run("CREATE TABLE effects (event_id TEXT)");
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                let mut connection = folder.connection();
                for number in 0..20 {
                    process(&store, &mut connection, &format!("evt_{number}"));
                }
            });
        }
    });
    let counts = "SELECT count(*) || ' of ' || count(DISTINCT event_id) FROM effects";
    assert_eq!(folder.read::<String>(counts), "20 of 20");
}

fn process(store: &SqliteStore, connection: &mut Connection, id: &str) {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = transaction.expect("begun");
    let mark = store.mark_processed(&transaction, &EventKey::new("test", id));
    if mark.expect("marked") == Mark::Fresh {
        let effect = "INSERT INTO effects VALUES (?1)";
        transaction.execute(effect, [id]).expect("inserted");
    }
    transaction.commit().expect("committed");
}

#[test]
fn without_the_table_it_is_misconfigured() {
    let folder = Folder::new();
    let store = folder.open();
    let mut elsewhere = Connection::open_in_memory().expect("opened");
    let transaction = elsewhere.transaction().expect("begun");
    let mark = store.mark_processed(&transaction, &EventKey::new("test", "evt_1"));
    let error = mark.expect_err("no table");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
}

fn mark(store: &SqliteStore, connection: &mut Connection, id: &str, commits: bool) -> Mark {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate);
    let transaction = transaction.expect("begun");
    let mark = store.mark_processed(&transaction, &EventKey::new("test", id));
    if commits {
        transaction.commit().expect("committed");
    }
    mark.expect("marked")
}
