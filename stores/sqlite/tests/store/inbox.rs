//! The inbox does what every inbox must, whatever is in its table and whatever happens to its file.

use std::time::Duration;

use rusqlite::Connection;
use tower_loops::inbox::{
    Accept, Accepted, Inbox, Queue, StoreErrorKind::Misconfigured, Token, conformance,
};
use tower_loops_sqlite::{INBOX_SCHEMA, SqliteInbox};

use crate::{
    crashes,
    support::{Folder, LONG},
};

fn open(folder: &Folder) -> SqliteInbox {
    SqliteInbox::open(folder.database()).expect("opened")
}

fn count(connection: &Connection, condition: &str) -> i64 {
    let sql = format!("SELECT count(*) FROM tower_loops_inbox WHERE {condition}");
    connection
        .query_row(&sql, [], |row| row.get(0))
        .expect("counted")
}

#[tokio::test(flavor = "multi_thread")]
async fn inbox_conforms() {
    let folder = Folder::new();
    conformance::run(open(&folder)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupted_row_is_dead_and_others_are_handled() {
    let folder = Folder::new();
    let inbox = open(&folder);
    for id in ["evt_bad", "evt_empty", "evt_many", "evt_good"] {
        crashes::store(&inbox, id).await;
    }
    let connection = folder.connection();
    connection
        .execute_batch(
            "UPDATE tower_loops_inbox SET payload = x'00ff', signed_at = -1, accepted_at = -1,
               secret_index = -1, last_error = CAST(x'ff' AS TEXT) WHERE event_id LIKE '%bad';
             UPDATE tower_loops_inbox SET payload = NULL WHERE event_id LIKE '%empty';
             UPDATE tower_loops_inbox SET attempts = 9223372036854775807 WHERE event_id LIKE '%many'",
        )
        .expect("corrupted");
    assert_eq!(crashes::handled_ids(&inbox, 1).await, ["evt_good"]);
    let dead = inbox.dead(10).await.expect("listed");
    assert_eq!(dead.len(), 3);
    for event in dead
        .iter()
        .filter(|event| !event.key.id().ends_with("many"))
    {
        let text = "the stored event cannot be read";
        assert!(event.error.starts_with(text), "{event:?}");
    }
    let no_key = "UPDATE tower_loops_inbox SET namespace = 'two words'";
    assert!(
        connection.execute_batch(no_key).is_err(),
        "what is no key is kept out"
    );
}

#[tokio::test]
async fn a_clock_that_is_set_back_delays_no_new_event() {
    let folder = Folder::new();
    let inbox = open(&folder);
    crashes::store(&inbox, "evt_1").await;
    let an_hour_later = "UPDATE tower_loops_inbox SET due_at = due_at + 3600000, accepted_at = accepted_at + 3600000";
    folder
        .connection()
        .execute_batch(an_hour_later)
        .expect("set");
    let counts = inbox.counts().await.expect("counted");
    assert_eq!(counts.oldest_waiting, Some(Duration::ZERO));
    let taken = inbox.take(Token::random(), 1, LONG).await.expect("taken");
    assert_eq!(taken.len(), 1);
}

#[tokio::test]
async fn an_unknown_version_of_the_schema_is_refused() {
    let folder = Folder::new();
    folder
        .connection()
        .execute_batch(INBOX_SCHEMA)
        .expect("migrated");
    let inbox = open(&folder);
    let next = "UPDATE tower_loops_inbox_schema SET version = 2";
    folder.connection().execute_batch(next).expect("updated");
    let errors = [
        inbox.ensure_schema().await.err(),
        SqliteInbox::open(folder.database()).err(),
    ];
    for error in errors.map(|error| error.expect("an unknown version")) {
        assert_eq!(error.kind(), Misconfigured);
        let cause = std::error::Error::source(&error)
            .expect("a cause")
            .to_string();
        assert!(cause.contains("version 2"), "{cause}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn purged_events_are_known_until_their_retention_is_over() {
    let folder = Folder::new();
    let (inbox, connection) = (open(&folder), folder.connection());
    let key = crashes::store(&inbox, "evt_1").await;
    crashes::handled_ids(&inbox, 1).await;
    crashes::store(&inbox, "evt_2").await;
    let event = tower_loops::StoredEvent::from(&crashes::event("evt_1"));

    assert_eq!(inbox.purge_handled(10).await.expect("purged"), 1);
    assert_eq!(count(&connection, "payload IS NULL"), 1);
    assert_eq!(
        inbox.accept(&key, &event).await.expect("known"),
        Accepted::Known
    );
    assert_eq!(inbox.purge_handled(10).await.expect("purged"), 0);

    let end = "UPDATE tower_loops_inbox SET due_at = 0 WHERE state = 'purged'";
    connection.execute_batch(end).expect("ended");
    assert_eq!(
        inbox.accept(&key, &event).await.expect("stored"),
        Accepted::New
    );
    crashes::handled_ids(&inbox, 2).await;
    let inbox = inbox.with_retention(Duration::ZERO);
    crashes::deliver(&Accept::new(inbox.clone()), "evt_3").await;
    inbox.purge_handled(10).await.expect("purged");
    while count(&connection, "state = 'purged'") > 0 {
        inbox.purge_handled(10).await.expect("purged");
    }
    assert_eq!(count(&connection, "true"), 1, "what waits is kept");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_in_trouble_is_answered_503_until_it_recovers() {
    let folder = Folder::new();
    let connection = Connection::open(folder.database()).expect("opened");
    connection
        .pragma_update(None, "journal_mode", "WAL")
        .expect("set");
    let inbox = SqliteInbox::from_connection(connection);
    inbox.ensure_schema().await.expect("created");
    let accept = Accept::new(inbox);
    assert_eq!(crashes::deliver(&accept, "evt_before").await, 200);

    let lock = folder.lock();
    crashes::assert_unavailable(&accept, "locked").await;
    drop(lock);
    crashes::assert_recovers(&accept, "locked").await;

    let rename = |from: &str, to: &str| {
        let sql = format!("ALTER TABLE {from} RENAME TO {to}");
        folder.connection().execute_batch(&sql).expect("renamed");
    };
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
