//! Errors have their kind, say what to do, and never have a password in them. A claim that was
//! rejected or not sent has no effect, so that the layer has nothing to release.

use std::{error::Error, time::Duration};

use deadpool_postgres::{Manager, Pool, Runtime};
use tokio_postgres::{Config, NoTls};
use tower_loops::idempotency::{EventKey, EventStore, StoreError, StoreErrorKind, Token};
use tower_loops_postgres::PostgresStore;

use crate::server::{Server, closed_port, pool};

async fn failed_claim(store: &PostgresStore) -> StoreError {
    let key = EventKey::new("n", "evt_1");
    let claim = store.claim(&key, Token::random(), Duration::from_secs(60));
    claim.await.expect_err("this store is not well")
}

fn full_text(error: &StoreError) -> String {
    let mut text = format!("{error} {error:?}");
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(&format!(" / {cause}"));
        source = cause.source();
    }
    text
}

fn assert_error(error: &StoreError, kind: StoreErrorKind, message: &str) {
    let text = full_text(error);
    assert_eq!(error.kind(), kind, "{text}");
    assert!(text.contains(message), "no {message:?} in {text}");
    assert!(!text.contains("hunter2"), "{text}");
    assert!(!error.may_have_taken_effect(), "{text}");
}

#[tokio::test]
async fn a_missing_or_foreign_table_is_misconfigured() {
    use StoreErrorKind::Misconfigured;
    let server = Server::start().await;
    let store = PostgresStore::new(server.pool(2));
    let elsewhere = store.clone().with_table("nowhere.events").unwrap();
    for store in [&store, &elsewhere] {
        assert_error(&failed_claim(store).await, Misconfigured, "ensure_schema()");
    }

    let wrong_shapes = [
        "CREATE TABLE tower_loops_events (id text)",
        "CREATE TABLE tower_loops_events (namespace text, event_id text, token text, done bool, until timestamptz)",
        "CREATE TABLE tower_loops_events (namespace text, event_id text, token bytea, done bool, until timestamptz)",
    ];
    for shape in wrong_shapes {
        server.execute(shape).await;
        assert_error(&failed_claim(&store).await, Misconfigured, "schema_sql()");
        server.execute("DROP TABLE tower_loops_events").await;
    }

    store.ensure_schema().await.unwrap();
    server.execute("CREATE ROLE app LOGIN").await;
    let mut config = server.config();
    config.user("app");
    let store = PostgresStore::new(pool(config, 1));
    assert_error(&failed_claim(&store).await, Misconfigured, "SELECT, INSERT");
}

#[tokio::test]
async fn an_unreachable_server_is_unavailable_and_a_rejected_login_is_misconfigured() {
    use StoreErrorKind::{Misconfigured, Unavailable};
    let server = Server::start().await;
    let mut unknown = server.config();
    unknown.user("nobody").password("hunter2");
    let mut no_database = server.config();
    no_database.dbname("nothing").password("hunter2");
    let mut unreachable: Config = "host=127.0.0.1 user=postgres".parse().unwrap();
    let (_closed, port) = closed_port();
    unreachable.password("hunter2").port(port);
    let rows = [
        (unknown, Misconfigured, "role \"nobody\" does not exist"),
        (no_database, Misconfigured, "database \"nothing\" does not"),
        (unreachable, Unavailable, "refused"),
    ];
    for (config, kind, message) in rows {
        let store = PostgresStore::new(pool(config, 1));
        assert_error(&failed_claim(&store).await, kind, message);
        assert!(!format!("{store:?}").contains("hunter2"));
    }
}

#[tokio::test]
async fn a_pool_without_a_free_connection_is_unavailable_after_its_timeout() {
    let server = Server::start().await;
    let pool = Pool::builder(Manager::new(server.config(), NoTls))
        .max_size(1)
        .runtime(Runtime::Tokio1)
        .wait_timeout(Some(Duration::from_millis(50)))
        .build()
        .unwrap();
    let _only_one = pool.get().await.unwrap();
    let error = failed_claim(&PostgresStore::new(pool.clone())).await;
    assert_error(&error, StoreErrorKind::Unavailable, "pool's timeouts");
}

#[tokio::test]
async fn what_the_server_gives_up_on_is_unavailable() {
    let server = Server::start().await;
    server.store().await;
    let _lock = server.lock("tower_loops_events").await;
    let error = failed_claim(&server.store_with("-c lock_timeout=50")).await;
    assert_error(&error, StoreErrorKind::Unavailable, "lock timeout");
}

#[tokio::test]
async fn a_read_only_server_is_unavailable_and_names_the_primary() {
    let server = Server::start().await;
    server.store().await;
    let store = server.store_with("-c default_transaction_read_only=on");
    let error = failed_claim(&store).await;
    assert_error(&error, StoreErrorKind::Unavailable, "primary");
}

#[tokio::test]
async fn prepared_statements_behind_a_pooler_name_the_setting() {
    let server = Server::start().await;
    let pool = server.pool(1);
    let store = PostgresStore::new(pool.clone()).with_prepared_statements(true);
    store.ensure_schema().await.unwrap();
    let key = EventKey::new("n", "warm up");
    let claim = store.claim(&key, Token::random(), Duration::from_secs(60));
    claim.await.unwrap();
    // As another server connection, which does not know the statement.
    let client = pool.get().await.unwrap();
    client.batch_execute("DEALLOCATE ALL").await.unwrap();
    drop(client);
    let error = failed_claim(&store).await;
    let setting = "with_prepared_statements(false)";
    assert_error(&error, StoreErrorKind::Misconfigured, setting);
}

#[tokio::test]
async fn a_claim_whose_connection_breaks_may_have_taken_effect() {
    let server = Server::start().await;
    let store = server.store().await;
    let _lock = server.lock("tower_loops_events").await;
    let claim = tokio::spawn(async move { failed_claim(&store).await });
    server.until_one_waits_for_a_lock().await;
    let end =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    server.execute(end).await;
    assert!(claim.await.unwrap().may_have_taken_effect());
}
