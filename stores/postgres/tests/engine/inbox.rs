//! What the inbox writes, and whatever happens to its engine.

use std::time::{Duration, SystemTime};

use tokio::task::JoinSet;
use tokio_postgres::NoTls;
use tower_loops::{
    StoredEvent,
    inbox::{Accept, Accepted, EventKey, Inbox, Queue, StoreError, conformance},
};
use tower_loops_postgres::PostgresInbox;

use crate::{crashes, server::Server};

const LONG: Duration = Duration::from_secs(600);

#[tokio::test(flavor = "multi_thread")]
async fn inbox_conforms_with_prepared_statements() {
    let server = Server::start().await;
    conformance::run(server.inbox().await.with_prepared_statements(true)).await;
}

/// Events that gather while a statement waits for a lock. `evt_far` is signed in the far future.
async fn accept_together(
    server: &Server,
    inbox: &PostgresInbox,
    ids: impl Iterator<Item = String>,
) -> Vec<(String, Result<Accepted, StoreError>)> {
    let lock = server.lock("tower_loops_inbox").await;
    let (far, now) = (Duration::from_secs(1 << 60), SystemTime::now());
    let mut deliveries = JoinSet::new();
    for id in ids {
        let inbox = inbox.clone();
        deliveries.spawn(async move {
            let event = crashes::event(&id);
            let key = EventKey::of("default", &event);
            let signed_at = if id == "evt_far" { now + far } else { now };
            let event = StoredEvent::new(event.payload().clone(), signed_at, 0, now);
            (id, inbox.accept(&key, &event).await)
        });
    }
    server.until_one_waits_for_a_lock().await;
    lock.batch_execute("COMMIT").await.unwrap();
    deliveries.join_all().await
}

#[tokio::test(flavor = "multi_thread")]
async fn events_that_come_at_once_are_stored_together() {
    let server = Server::start().await;
    let inbox = server.inbox().await;
    let ids = (0..100).map(|number| format!("evt_{}", number % 50));
    let accepted = accept_together(&server, &inbox, ids).await;
    let is_new = |accepted: &&_| matches!(accepted, (_, Ok(Accepted::New)));
    let new = accepted.iter().filter(is_new).count();
    assert_eq!(new, 50, "each is new once");
    let statements = "(SELECT DISTINCT xmin::text FROM tower_loops_inbox) AS transactions";
    assert!(server.count(statements).await <= 10, "in few transactions");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_cannot_be_stored_fails_alone() {
    let server = Server::start().await;
    let inbox = server.inbox().await;
    let check = "ALTER TABLE tower_loops_inbox ADD CHECK (event_id NOT LIKE '%evt_bad')";
    server.execute(check).await;
    let ids = (0..50).map(|number| format!("evt_{number}"));
    let ids = ids.chain(["evt_bad", "evt_far"].map(str::to_owned));
    for (id, accepted) in accept_together(&server, &inbox, ids).await {
        assert_eq!(accepted.is_ok(), id != "evt_bad", "{id}: {accepted:?}");
        let text = format!("{accepted:?}");
        assert!(!text.contains("Failing row"), "the row is quoted: {text}");
    }
    assert_eq!(server.count("tower_loops_inbox").await, 51);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_known_event_neither_writes_nor_locks_its_row() {
    let server = Server::start().await;
    let inbox = server.inbox().await;
    let key = crashes::store(&inbox, "evt_1").await;
    let before = server.version_in("tower_loops_inbox").await;
    let event = StoredEvent::from(&crashes::event("evt_1"));
    assert_eq!(inbox.accept(&key, &event).await.unwrap(), Accepted::Known);
    assert_eq!(server.version_in("tower_loops_inbox").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_engine_in_trouble_is_answered_503_until_it_recovers() {
    let server = Server::start().await;
    let accept = Accept::new(server.inbox().await);
    let set_read_only = async |value: &str| {
        let set = format!("ALTER SYSTEM SET default_transaction_read_only = {value}");
        server.execute(&set).await;
        server.execute("SELECT pg_reload_conf()").await;
    };
    assert_eq!(crashes::deliver(&accept, "evt_before").await, 200);

    server.signal_all("-STOP");
    crashes::assert_unavailable(&accept, "paused").await;
    server.signal_all("-CONT");
    crashes::assert_recovers(&accept, "paused").await;

    set_read_only("on").await;
    crashes::until_unavailable(&accept).await;
    crashes::assert_unavailable(&accept, "read_only").await;
    set_read_only("off").await;
    crashes::assert_recovers(&accept, "read_only").await;

    server.kill();
    crashes::assert_unavailable(&accept, "killed").await;
    server.start_again();
    crashes::assert_recovers(&accept, "killed").await;
    // Nothing that was answered 200 is lost: it is known.
    assert_eq!(crashes::deliver(&accept, "evt_before").await, 200);
    let before = "tower_loops_inbox WHERE event_id LIKE '%evt_before'";
    assert_eq!(server.count(before).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_that_cannot_grow_is_answered_503_until_it_can() {
    let server = Server::start().await;
    let accept = Accept::new(server.inbox().await);
    // Each of these rows fills a page: 17 MiB. Segments of the WAL have 16 MiB, so they fit.
    let fill = "ALTER TABLE tower_loops_inbox ALTER COLUMN payload SET STORAGE PLAIN;
        INSERT INTO tower_loops_inbox SELECT 'n', number, 'purged', 'infinity', NULL, 0, NULL,
          now(), now(), now(), 0, repeat('x', 8000)::bytea FROM generate_series(1, 2200) AS number";
    server.execute(fill).await;
    server.limit_files("16777216");
    crashes::until_unavailable(&accept).await;
    crashes::assert_unavailable(&accept, "an_event_for_which_there_is_no_room").await;
    server.limit_files("unlimited");
    crashes::assert_recovers(&accept, "an_event_for_which_there_is_no_room").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_with_a_failed_transaction_is_rolled_back() {
    let server = Server::start().await;
    let pool = server.pool(1);
    let inbox = PostgresInbox::new(pool.clone());
    inbox.ensure_schema().await.unwrap();
    let client = pool.get().await.unwrap();
    let failed = client.batch_execute("BEGIN; SELECT 1 / 0").await;
    failed.unwrap_err();
    drop(client);
    crashes::store(&inbox, "evt_1").await;
    assert_eq!(server.count("tower_loops_inbox").await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_listener_hears_of_the_events_of_others() {
    let server = Server::start().await;
    let (here, there) = (server.inbox().await, server.inbox().await);
    let here = here.with_listener(server.config(), NoTls);
    for round in 0..2 {
        // Once it listens, and for what came before that.
        let heard = tokio::time::timeout(LONG, here.notified());
        heard.await.unwrap();
        crashes::store(&there, &format!("evt_{round}")).await;
        let heard = tokio::time::timeout(LONG, here.notified());
        heard.await.expect("a notification");
        if round == 0 {
            server.kill();
            server.start_again();
        }
    }
}
