//! Rows that cannot be read, and more dead events than a list may have.

use std::time::Duration;

use tower_loops::inbox::{DeadEvent, MAX_DEAD, Queue, Token};

use crate::{
    crashes,
    database::{Database, NOW, SqlInbox, UNREADABLE, WITHOUT_KEY},
};

/// Stores events, breaks the rows of all but the good one, and lets a worker handle them. Returns
/// those that are dead.
async fn break_rows(ids: [&str; 5], sql: &str) -> (Database, SqlInbox, Vec<DeadEvent>) {
    let database = Database::start().await;
    let inbox = database.inbox().await;
    for id in ids {
        crashes::store(&inbox, id).await;
    }
    database.execute(sql).await;
    assert_eq!(crashes::handled_ids(&inbox, 1).await, ["evt_good"]);
    let dead = inbox.dead(10).await.unwrap();
    assert_eq!(dead.len(), 4);
    (database, inbox, dead)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_corrupted_row_is_dead_and_others_are_handled() {
    let ids = ["evt_bad", "evt_empty", "evt_null", "evt_many", "evt_good"];
    let (database, _, dead) = break_rows(ids, UNREADABLE).await;
    let unreadable = |event: &&DeadEvent| !event.key.id().ends_with("many");
    for event in dead.iter().filter(unreadable) {
        let text = "the stored event cannot be read";
        assert!(event.error.starts_with(text), "{event:?}");
    }
    let no_key = "UPDATE tower_loops_inbox SET namespace = ''";
    let rejected = database.try_execute(no_key).await;
    rejected.expect_err("an invalid key is rejected");
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_without_a_key_are_dead_and_others_are_handled() {
    let ids = ["evt_1", "evt_2", "evt_3", "evt_4", "evt_good"];
    let (_database, inbox, dead) = break_rows(ids, WITHOUT_KEY).await;
    for event in dead {
        let text = "the stored namespace and id are not those of an event key";
        assert_eq!(event.error, text);
    }
    assert_eq!(inbox.redrive_all().await.unwrap(), 4);
    let lease = Duration::from_secs(600);
    let taken = inbox.take(Token::random(), 10, lease).await.unwrap();
    assert!(taken.is_empty());
    assert_eq!(inbox.counts().await.unwrap().dead, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_dead_events_is_limited() {
    let database = Database::start().await;
    let fill = format!(
        "WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 1200)
         INSERT INTO tower_loops_inbox
           (namespace, event_id, state, due_at, accepted_at, received_at, signed_at, secret_index)
         SELECT 'dead', n, 'dead', {NOW}, {NOW}, {NOW}, {NOW}, 0 FROM numbers"
    );
    let inbox = database.inbox().await;
    database.execute(&fill).await;
    assert_eq!(inbox.counts().await.unwrap().dead, 1200);
    assert_eq!(inbox.dead(usize::MAX).await.unwrap().len(), MAX_DEAD);
}
