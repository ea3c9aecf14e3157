//! Opening, and what is said of a database that cannot be used.

use std::{error::Error, fs, path::PathBuf, sync::Barrier, thread};

use rusqlite::{Connection, OpenFlags};
use tower_loops::idempotency::{Claim, EventStore, StoreError, StoreErrorKind, Token};
use tower_loops_sqlite::{SCHEMA, SqliteStore};

use crate::support::{Folder, LONG, claim, key};

#[test]
fn a_new_file_is_in_wal_mode() {
    let folder = Folder::new();
    let _store = folder.open();
    assert_eq!(folder.read::<String>("PRAGMA journal_mode"), "wal");
}

#[test]
fn many_may_open_a_new_file_at_once() {
    for _ in 0..10 {
        let folder = Folder::new();
        let barrier = Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    barrier.wait();
                    folder.open();
                });
            }
        });
    }
}

#[tokio::test]
async fn the_schema_may_be_made_by_a_migration_and_again() {
    let folder = Folder::new();
    folder.connection().execute_batch(SCHEMA).expect("made");
    let store = SqliteStore::from_connection(folder.connection());
    assert_eq!(claim(&store, "evt_1").await, Claim::Claimed);
    store.ensure_schema().await.expect("nothing to do");
    let again = claim(&store, "evt_1").await;
    assert!(matches!(again, Claim::InFlight { .. }));
}

#[tokio::test]
async fn a_missing_table_is_named() {
    let store = SqliteStore::from_connection(Connection::open_in_memory().expect("opened"));
    let (key, token) = (key("evt_1"), Token::random());
    for (case, error) in [
        ("claim", store.claim(&key, token, LONG).await.err()),
        ("extend", store.extend(&key, token, LONG).await.err()),
        ("release", store.release(&key, token).await.err()),
    ] {
        assert_misconfigured(case, &error.expect(case), "ensure_schema");
    }
}

#[tokio::test]
async fn a_table_of_another_shape_is_found_at_once() {
    for table in [
        "CREATE TABLE tower_loops_events (id TEXT)",
        "CREATE TABLE tower_loops_events (namespace, event_id, token, ends_at)",
        "CREATE TABLE tower_loops_events (namespace, event_id, ends_at, PRIMARY KEY (namespace, event_id))",
    ] {
        let folder = Folder::new();
        folder.connection().execute_batch(table).expect("made");
        let error = SqliteStore::open(folder.database()).expect_err(table);
        assert_misconfigured(table, &error, "SCHEMA");
    }
}

#[test]
fn files_that_cannot_be_used_are_told_apart() {
    let folder = Folder::new();
    let no_database = folder.path().join("notes.txt");
    let missing = folder.path().join("missing/events.db");
    let text = "no database at all, however long it is. ".repeat(100);
    fs::write(&no_database, text).expect("written");
    for (case, path, advice) in [
        ("no folder", missing, "folder must exist"),
        ("a folder", folder.path().to_owned(), "cannot be opened"),
        ("no path", PathBuf::new(), "path of the database is empty"),
        ("no database", no_database, "not an SQLite database"),
    ] {
        let error = SqliteStore::open(path).expect_err(case);
        assert_misconfigured(case, &error, advice);
    }
}

#[tokio::test]
async fn a_read_only_database_is_said_to_be_one() {
    let folder = Folder::new();
    drop(folder.open());
    let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY;
    let connection = Connection::open_with_flags(folder.database(), read_only);
    let store = SqliteStore::from_connection(connection.expect("opened"));
    let error = store.claim(&key("evt_1"), Token::random(), LONG).await;
    assert_misconfigured("read-only", &error.expect_err("read-only"), "read-only");
}

#[tokio::test]
async fn a_full_database_is_said_to_be_full() {
    let folder = Folder::new();
    drop(folder.open());
    let connection = folder.connection();
    let full = connection.pragma_update(None, "max_page_count", 1);
    full.expect("set");
    let store = SqliteStore::from_connection(connection);
    let mut number = 0;
    let error = loop {
        let key = key(&format!("{number:0200}"));
        match store.claim(&key, Token::random(), LONG).await {
            Ok(claim) => assert_eq!(claim, Claim::Claimed),
            Err(error) => break error,
        }
        number += 1;
        assert!(number < 1000, "it never fills up");
    };
    assert_eq!(error.kind(), StoreErrorKind::Full);
}

#[test]
fn debug_shows_no_database() {
    let folder = Folder::new();
    let debug = format!("{:?}", folder.open());
    let expected = "SqliteStore { busy_timeout: 1.5s, mark_retention: Forever, .. }";
    assert_eq!(debug, expected);
}

fn assert_misconfigured(case: &str, error: &StoreError, advice: &str) {
    assert_eq!(error.kind(), StoreErrorKind::Misconfigured, "{case}");
    let cause = error.source().expect("a cause");
    assert!(cause.to_string().contains(advice), "{case}: {cause}");
    assert!(cause.source().is_some(), "{case}: the database's own error");
}
