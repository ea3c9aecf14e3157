//! The statement of a mark, and a mark without a table.

use rusqlite::Connection;
use tower_loops::idempotency::{EventKey, StoreErrorKind};
use tower_loops_sqlite::Mark;

use crate::support::Folder;

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
        let transaction = connection.transaction().expect("begun");
        let marked = store.mark_processed(&transaction, &key).expect("marked");
        let is_over = retention == Some(0);
        assert_eq!(marked == Mark::Fresh, is_over, "{case}: mark_processed");
    }
    let minutes = "SELECT round((ends_at / 1000.0 - unixepoch('subsec')) / 60, 1)
        FROM tower_loops_events WHERE namespace = 'processed:test' AND event_id = 'evt_2'";
    let minutes: f64 = folder.read(minutes);
    assert_eq!(minutes, 1.0, "a retention is in seconds");
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
