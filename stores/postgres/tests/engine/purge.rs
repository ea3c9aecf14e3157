//! Purging takes what has expired, in batches, and nothing else.

use std::time::Duration;

use tokio::time::timeout;
use tower_loops_postgres::PostgresStore;

use crate::server::Server;

const EXPIRED: &str = "INSERT INTO tower_loops_events (namespace, event_id, done, until)
    SELECT 'n', 'old' || i, true, now() - interval '1 s' FROM generate_series(1, 2500) i";
const CURRENT: &str = "INSERT INTO tower_loops_events (namespace, event_id, done, until)
    VALUES ('n', 'held', false, now() + interval '1 h'), ('n', 'done', true, 'infinity')";

const COUNT: &str = "SELECT count(*) FROM tower_loops_events";

#[tokio::test]
async fn all_that_has_expired_goes_whatever_the_batch() {
    let server = Server::start().await;
    let store = server.store().await;
    server.execute(CURRENT).await;
    for batch in [0, 700, 2_500, u32::MAX] {
        server.execute(EXPIRED).await;
        let purged = store.purge_expired(batch).await.unwrap();
        assert_eq!(
            (purged, server.count(COUNT).await),
            (2_500, 2),
            "batch {batch}"
        );
    }
}

#[tokio::test]
async fn rows_that_are_locked_are_left() {
    let server = Server::start().await;
    let store = server.store().await;
    server.execute(EXPIRED).await;
    let mut client = server.pool(1).get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let lock = "SELECT 1 FROM tower_loops_events WHERE event_id = 'old7' FOR UPDATE";
    transaction.execute(lock, &[]).await.unwrap();
    assert_eq!(store.purge_expired(1_000).await.unwrap(), 2_499);
    // Dropping it would leave the ROLLBACK to run later, beside the next purge.
    transaction.rollback().await.unwrap();
    assert_eq!(store.purge_expired(1_000).await.unwrap(), 1);
}

#[tokio::test]
async fn the_loop_goes_on_after_errors() {
    let server = Server::start().await;
    let store = PostgresStore::new(server.pool(4));
    let looping = tokio::spawn(store.clone().purge_every(Duration::from_millis(5)));
    for _ in 0..5 {
        let missing = store.purge_expired(1).await;
        missing.expect_err("there is no table yet");
    }
    store.ensure_schema().await.unwrap();
    server.execute(EXPIRED).await;
    let gone = async { while server.count(COUNT).await > 0 {} };
    timeout(Duration::from_secs(20), gone).await.unwrap();
    assert!(!looping.is_finished());
    looping.abort();
}
