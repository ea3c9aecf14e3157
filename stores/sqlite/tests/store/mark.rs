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
        ("an odd id", "evt'; \0é", true, Mark::Fresh),
        ("an odd id again", "evt'; \0é", true, Mark::Duplicate),
        ("another odd id", "evt'; \0e", true, Mark::Fresh),
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
    assert!(matches!(
        claim(&store, "evt_1").await,
        Claim::InFlight { .. }
    ));
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
        ("for ever", &brief, Mark::Duplicate),
    ] {
        let marked = mark(store, &mut connection, "evt_1", true);
        assert_eq!(marked, expected, "{case}");
    }
    assert_eq!(mark(&brief, &mut connection, "evt_2", true), Mark::Fresh);
    assert_eq!(store.purge_expired(10).await.expect("purged"), 1);
    assert_eq!(
        mark(&store, &mut connection, "evt_1", true),
        Mark::Duplicate
    );
}

#[test]
fn of_many_at_once_one_makes_the_effects() {
    let folder = Folder::new();
    let store = folder.open();
    let application = folder.connection();
    application
        .execute_batch("CREATE TABLE effects (event_id TEXT)")
        .expect("made");
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
    let sql = "SELECT count(*), count(DISTINCT event_id) FROM effects";
    let counts = application.query_row(sql, [], |row| {
        Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))
    });
    assert_eq!(counts.expect("counted"), (20, 20));
}

fn process(store: &SqliteStore, connection: &mut Connection, id: &str) {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .expect("begun");
    let mark = store.mark_processed(&transaction, &EventKey::new("test", id));
    if mark.expect("marked") == Mark::Fresh {
        transaction
            .execute("INSERT INTO effects VALUES (?1)", [id])
            .expect("inserted");
    }
    transaction.commit().expect("committed");
}

#[test]
fn without_the_table_it_is_misconfigured() {
    let folder = Folder::new();
    let store = folder.open();
    let mut elsewhere = Connection::open_in_memory().expect("opened");
    let transaction = elsewhere.transaction().expect("begun");
    let error = store
        .mark_processed(&transaction, &EventKey::new("test", "evt_1"))
        .expect_err("no table");
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured);
}

fn mark(store: &SqliteStore, connection: &mut Connection, id: &str, commits: bool) -> Mark {
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .expect("begun");
    let mark = store
        .mark_processed(&transaction, &EventKey::new("test", id))
        .expect("marked");
    if commits {
        transaction.commit().expect("committed");
    }
    mark
}
