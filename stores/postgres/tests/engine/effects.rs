//! Which failed claims are marked as without effect, so that the layer has nothing to release.

use std::time::Duration;

use tokio_postgres::Config;
use tower_loops::idempotency::{EventKey, EventStore, Token};
use tower_loops_postgres::PostgresStore;

use crate::server::{Server, closed_port, pool};

async fn may_have_taken_effect(store: &PostgresStore) -> bool {
    let key = EventKey::new("ns", "evt");
    let claim = store.claim(&key, Token::random(), Duration::from_secs(60));
    let error = claim.await.expect_err("the claim fails");
    error.may_have_taken_effect()
}

#[tokio::test]
async fn rejected_claim_has_no_effect() {
    let server = Server::start().await;
    let no_table = PostgresStore::new(server.pool(1));
    assert!(!may_have_taken_effect(&no_table).await, "no table");

    server.store().await;
    let mut config = server.config();
    config.options("-c lock_timeout=50");
    let mut client = server.pool(1).get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let lock = "LOCK TABLE tower_loops_events";
    transaction.batch_execute(lock).await.unwrap();
    let locked = PostgresStore::new(pool(config, 1));
    assert!(!may_have_taken_effect(&locked).await, "lock timeout");
}

#[tokio::test]
async fn claim_without_connection_has_no_effect() {
    let server = Server::start().await;
    let mut unknown = server.config();
    unknown.user("nobody");
    let (_closed, port) = closed_port();
    let mut unreachable = Config::new();
    unreachable.host("127.0.0.1").port(port).user("nobody");
    for config in [unknown, unreachable] {
        let store = PostgresStore::new(pool(config.clone(), 1));
        assert!(!may_have_taken_effect(&store).await, "{config:?}");
    }
}

#[tokio::test]
async fn claim_whose_connection_breaks_may_have_taken_effect() {
    let server = Server::start().await;
    let store = server.store().await;
    let mut client = server.pool(1).get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let lock = "LOCK TABLE tower_loops_events";
    transaction.batch_execute(lock).await.unwrap();
    let claim = tokio::spawn(async move { may_have_taken_effect(&store).await });
    server.until_one_waits_for_a_lock().await;
    let end =
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock'";
    server.execute(end).await;
    assert!(claim.await.unwrap());
}
