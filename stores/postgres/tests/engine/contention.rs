//! What operations do to each other: locks, snapshots, serialization failures.

use std::time::Duration;

use tokio::{task::JoinSet, time::timeout};
use tower_loops::idempotency::{Claim, Completion, EventKey, EventStore, Retention, Token};
use tower_loops_postgres::PostgresStore;

use crate::server::{Server, pool};

const MINUTE: Duration = Duration::from_secs(60);

#[tokio::test]
async fn duplicate_of_a_done_event_neither_writes_nor_locks_its_row() {
    let server = Server::start().await;
    let store = server.store().await;
    let (key, token) = (EventKey::new("ns", "evt"), Token::random());
    store.claim(&key, token, MINUTE).await.unwrap();
    store
        .complete(&key, token, Retention::Forever)
        .await
        .unwrap();
    // A lock would be in `xmax`, another version in `xmin` and `ctid`.
    let row = "SELECT ctid::text, xmin::text, xmax::text FROM tower_loops_events";
    let client = server.pool(1).get().await.unwrap();
    let version = async || -> [String; 3] {
        let row = client.query_one(row, &[]).await.unwrap();
        [0, 1, 2].map(|column| row.get(column))
    };
    let before = version().await;
    for prepared in [false, true] {
        let store = store.clone().with_prepared_statements(prepared);
        let claim = store.claim(&key, Token::random(), MINUTE).await;
        assert_eq!(claim.unwrap(), Claim::Done);
    }
    assert_eq!(version().await, before);
}

#[tokio::test]
async fn claim_repeats_when_the_row_is_younger_than_its_snapshot() {
    let server = Server::start().await;
    let store = server.store().await;
    let mut client = server.pool(1).get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let held = "INSERT INTO tower_loops_events VALUES ('ns', 'evt', '\\x01', false, 'infinity')";
    transaction.batch_execute(held).await.unwrap();

    let claim = tokio::spawn(async move {
        let key = EventKey::new("ns", "evt");
        store.claim(&key, Token::random(), MINUTE).await
    });
    server.until_one_waits_for_a_lock().await;
    transaction.commit().await.unwrap();
    let claim = claim.await.unwrap().unwrap();
    let retry_after = Duration::MAX;
    assert_eq!(claim, Claim::InFlight { retry_after });
}

#[tokio::test(flavor = "multi_thread")]
async fn serialization_failures_do_not_fail_operations() {
    const TASKS: usize = 32;
    let server = Server::start().await;
    let mut config = server.config();
    config.options("-c default_transaction_isolation=serializable");
    let store = PostgresStore::new(pool(config, TASKS));
    store.ensure_schema().await.unwrap();
    let mut tasks = JoinSet::new();
    for task in 0..TASKS {
        let store = store.clone();
        tasks.spawn(async move {
            for number in 0..20 {
                let key = EventKey::new("ns", &format!("evt_{task}_{number}"));
                let token = Token::random();
                let claim = store.claim(&key, token, MINUTE).await.unwrap();
                assert_eq!(claim, Claim::Claimed);
                let completion = store.complete(&key, token, Retention::Forever).await;
                assert_eq!(completion.unwrap(), Completion::Held);
            }
        });
    }
    timeout(MINUTE, tasks.join_all()).await.unwrap();
}
