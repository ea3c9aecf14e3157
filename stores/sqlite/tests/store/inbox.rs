//! The inbox does what every inbox must, whatever is in its table and whatever happens to its file.

use std::time::Duration;

use rusqlite::Connection;
use tower_loops::inbox::{
    Accept, Accepted, Inbox, MAX_DEAD, Queue, StoreErrorKind::Misconfigured, conformance,
};
use tower_loops_sqlite::{INBOX_SCHEMA, SqliteInbox};

use crate::{crashes, support::Folder};

pub(crate) fn open(folder: &Folder) -> SqliteInbox {
    SqliteInbox::open(folder.database()).expect("opened")
}

fn count(folder: &Folder, condition: &str) -> i64 {
    folder.read(&format!(
        "SELECT count(*) FROM tower_loops_inbox WHERE {condition}"
    ))
}

#[tokio::test(flavor = "multi_thread")]
async fn inbox_conforms() {
    let folder = Folder::new();
    conformance::run(open(&folder)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_and_lists_are_read_on_another_connection() {
    let folder = Folder::new();
    drop(open(&folder));
    let connection = folder.connection();
    let hidden = "CREATE TEMP VIEW tower_loops_inbox AS SELECT 1";
    connection.execute_batch(hidden).expect("hidden here only");
    let inbox = SqliteInbox::from_connection(connection);
    assert_eq!(inbox.counts().await.expect("counts").waiting, 0);
    assert!(inbox.dead(1).await.expect("listed").is_empty());

    let in_memory = Connection::open_in_memory().expect("opened");
    let inbox = SqliteInbox::from_connection(in_memory);
    inbox.ensure_schema().await.expect("created");
    crashes::store(&inbox, "evt_1").await;
    assert_eq!(inbox.counts().await.expect("counts").waiting, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn counts_read_an_index_alone_and_lists_are_bounded() {
    let folder = Folder::new();
    let inbox = open(&folder);
    crashes::store(&inbox, "evt_1").await;
    let fill = "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers LIMIT 1200)
        INSERT INTO tower_loops_inbox (namespace, event_id, state, due_at, accepted_at, received_at, signed_at, secret_index)
        SELECT 'dead', n, 'dead', n, 0, 0, 0, 0 FROM numbers";
    folder.run(fill);
    let counts = inbox.counts().await.expect("counts");
    assert_eq!((counts.waiting, counts.dead), (1, 1200));
    let seen = inbox.dead(usize::MAX).await.expect("listed").len();
    assert_eq!(seen, MAX_DEAD);
    assert_eq!(inbox.dead(2).await.expect("listed").len(), 2);
    let (sql, plan) = (tower_loops_sql::sqlite::inbox::COUNTS, folder.connection());
    let mut plan = plan
        .prepare(&format!("EXPLAIN QUERY PLAN {sql}"))
        .expect("planned");
    let steps = plan.query_map([], |row| row.get(3)).expect("planned");
    for step in steps.collect::<Result<Vec<String>, _>>().expect("planned") {
        let is_read = step.starts_with("SEARCH") || step.starts_with("SCAN");
        assert!(!is_read || step.contains("COVERING INDEX"), "{step}");
    }
}

#[tokio::test]
async fn an_unknown_version_of_the_schema_is_rejected() {
    let folder = Folder::new();
    folder.run(INBOX_SCHEMA);
    let inbox = open(&folder);
    let next = "UPDATE tower_loops_inbox_schema SET version = 2";
    folder.run(next);
    let errors = [
        inbox.ensure_schema().await.err(),
        SqliteInbox::open(folder.database()).err(),
    ];
    for error in errors.map(|error| error.expect("an unknown version")) {
        assert_eq!(error.kind(), Misconfigured);
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let cause = cause.unwrap_or_default();
        assert!(cause.contains("version 2"), "{cause}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn purged_events_are_known_until_their_retention_is_over() {
    let folder = Folder::new();
    let inbox = open(&folder);
    let key = crashes::store(&inbox, "evt_1").await;
    crashes::handled_ids(&inbox, 1).await;
    crashes::store(&inbox, "evt_2").await;
    let event = tower_loops::StoredEvent::from(&crashes::event("evt_1"));

    assert_eq!(inbox.purge_handled(10).await.expect("purged"), 1);
    assert_eq!(count(&folder, "payload IS NULL"), 1);
    let seen = inbox.accept(&key, &event).await.expect("known");
    assert_eq!(seen, Accepted::Known);
    assert_eq!(inbox.purge_handled(10).await.expect("purged"), 0);

    let end = "UPDATE tower_loops_inbox SET due_at = 0 WHERE state = 'purged'";
    folder.run(end);
    let seen = inbox.accept(&key, &event).await.expect("stored");
    assert_eq!(seen, Accepted::New);
    crashes::handled_ids(&inbox, 2).await;
    let inbox = inbox.with_retention(Duration::ZERO);
    crashes::deliver(&Accept::new(inbox.clone()), "evt_3").await;
    inbox.purge_handled(10).await.expect("purged");
    while count(&folder, "state = 'purged'") > 0 {
        inbox.purge_handled(10).await.expect("purged");
    }
    assert_eq!(count(&folder, "true"), 1, "what waits is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_trouble_is_answered_503_until_it_recovers() {
    let folder = Folder::new();
    let connection = Connection::open(folder.database()).expect("opened");
    let set = connection.pragma_update(None, "journal_mode", "WAL");
    set.expect("set");
    let inbox = SqliteInbox::from_connection(connection);
    inbox.ensure_schema().await.expect("created");
    let accept = Accept::new(inbox);
    assert_eq!(crashes::deliver(&accept, "evt_before").await, 200);

    let lock = folder.lock();
    crashes::assert_unavailable(&accept, "locked").await;
    drop(lock);
    crashes::assert_recovers(&accept, "locked").await;

    let rename = |from: &str, to: &str| folder.run(&format!("ALTER TABLE {from} RENAME TO {to}"));
    rename("tower_loops_inbox", "elsewhere");
    crashes::assert_unavailable(&accept, "missing").await;
    rename("elsewhere", "tower_loops_inbox");
    crashes::assert_recovers(&accept, "missing").await;
}

/// The settings of a connection stand for those of a file system.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_or_read_only_file_is_answered_503() {
    for (trouble, pragma) in [("full", "max_page_count"), ("read_only", "query_only")] {
        let folder = Folder::new();
        drop(open(&folder));
        let connection = Connection::open(folder.database()).expect("opened");
        connection.pragma_update(None, pragma, 1).expect("set");
        let accept = Accept::new(SqliteInbox::from_connection(connection));
        crashes::until_unavailable(&accept).await;
        crashes::assert_unavailable(&accept, trouble).await;
        let recovered = Accept::new(open(&folder));
        crashes::assert_recovers(&recovered, trouble).await;
    }
}
