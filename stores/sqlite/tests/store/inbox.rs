//! What the inbox reads, and whatever happens to its file.

use rusqlite::Connection;
use tower_loops::inbox::{Accept, Queue};
use tower_loops_sqlite::SqliteInbox;

use crate::{crashes, support::Folder};

#[tokio::test(flavor = "multi_thread")]
async fn counts_and_lists_are_read_on_another_connection() {
    let folder = Folder::new();
    drop(folder.inbox().await);
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

#[tokio::test]
async fn counts_read_an_index_alone() {
    let folder = Folder::new();
    drop(folder.inbox().await);
    let (sql, connection) = (tower_loops_sql::sqlite::inbox::COUNTS, folder.connection());
    let plan = connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}"));
    let mut plan = plan.expect("planned");
    let steps = plan.query_map([], |row| row.get(3)).expect("planned");
    for step in steps.collect::<Result<Vec<String>, _>>().expect("planned") {
        let is_read = step.starts_with("SEARCH") || step.starts_with("SCAN");
        assert!(!is_read || step.contains("COVERING INDEX"), "{step}");
    }
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
        drop(folder.inbox().await);
        let connection = Connection::open(folder.database()).expect("opened");
        connection.pragma_update(None, pragma, 1).expect("set");
        let accept = Accept::new(SqliteInbox::from_connection(connection));
        crashes::until_unavailable(&accept).await;
        crashes::assert_unavailable(&accept, trouble).await;
        let recovered = Accept::new(folder.inbox().await);
        crashes::assert_recovers(&recovered, trouble).await;
    }
}
