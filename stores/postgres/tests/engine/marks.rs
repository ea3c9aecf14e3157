//! `mark_processed`: effects and id commit together.

use std::time::Duration;

use deadpool_postgres::Pool;
use tokio::{task::JoinSet, time::timeout};
use tokio_postgres::types::{ToSql, Type};
use tower_loops::idempotency::{Claim, Completion, EventKey, EventStore, Retention, Token};
use tower_loops_postgres::{Mark, PostgresStore};

use crate::server::Server;

async fn mark(pool: &Pool, store: &PostgresStore, id: &str, commit: bool) -> Mark {
    let mut client = pool.get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let key = EventKey::new("billing", id);
    let mark = store.mark_processed(&transaction, &key).await.unwrap();
    if mark == Mark::Fresh {
        let effect = "UPDATE effects SET happened = happened + 1";
        transaction.execute(effect, &[]).await.unwrap();
    }
    if commit {
        transaction.commit().await.unwrap();
    }
    mark
}

async fn effects(pool: &Pool) -> i32 {
    let client = pool.get().await.unwrap();
    let row = client.query_one("SELECT happened FROM effects", &[]).await;
    row.unwrap().get(0)
}

async fn start() -> (Server, Pool, PostgresStore) {
    let server = Server::start().await;
    let table = "CREATE TABLE effects AS SELECT 0 AS happened";
    server.execute(table).await;
    let store = server.store().await;
    let pool = server.pool(32);
    (server, pool, store)
}

#[tokio::test]
async fn a_mark_commits_and_rolls_back_with_its_effects() {
    let (_server, pool, store) = start().await;
    assert_eq!(mark(&pool, &store, "evt_1", false).await, Mark::Fresh);
    assert_eq!(effects(&pool).await, 0, "rolled back");
    assert_eq!(mark(&pool, &store, "evt_1", true).await, Mark::Fresh);
    assert_eq!(mark(&pool, &store, "evt_1", true).await, Mark::Duplicate);
    assert_eq!(effects(&pool).await, 1, "committed once");
    assert_eq!(mark(&pool, &store, "evt_2", true).await, Mark::Fresh);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_transactions_at_once_one_is_fresh() {
    let (_server, pool, store) = start().await;
    let mut marks = JoinSet::new();
    for _ in 0..32 {
        let (pool, store) = (pool.clone(), store.clone());
        marks.spawn(async move { mark(&pool, &store, "evt_1", true).await });
    }
    let marks = marks.join_all().await;
    let fresh = marks.iter().filter(|&&mark| mark == Mark::Fresh).count();
    assert_eq!((fresh, effects(&pool).await), (1, 1));
}

#[tokio::test]
async fn a_mark_within_a_claim_of_the_same_event_is_fresh_and_disturbs_nothing() {
    let (_server, pool, store) = start().await;
    let (key, token) = (EventKey::new("billing", "evt_1"), Token::random());
    let hour = Duration::from_secs(3600);
    let claim = store.claim(&key, token, hour).await.unwrap();
    assert_eq!(claim, Claim::Claimed);
    assert_eq!(mark(&pool, &store, "evt_1", true).await, Mark::Fresh);
    let completion = store.complete(&key, token, Retention::For(hour)).await;
    assert_eq!(completion.unwrap(), Completion::Held);
}

#[tokio::test]
async fn a_mark_is_forgotten_after_its_retention() {
    let (_server, pool, store) = start().await;
    let store = store.with_mark_retention(Duration::from_millis(50));
    assert_eq!(mark(&pool, &store, "evt_1", true).await, Mark::Fresh);
    let again = async { while mark(&pool, &store, "evt_1", true).await == Mark::Duplicate {} };
    timeout(Duration::from_secs(20), again).await.unwrap();
    assert_eq!(effects(&pool).await, 2);
}

#[tokio::test]
async fn open_transactions_with_duplicates_do_not_wait_for_each_other() {
    let (_server, pool, store) = start().await;
    assert_eq!(mark(&pool, &store, "evt_1", true).await, Mark::Fresh);
    let mut client = pool.get().await.unwrap();
    let transaction = client.transaction().await.unwrap();
    let key = EventKey::new("billing", "evt_1");
    let first = store.mark_processed(&transaction, &key).await.unwrap();
    assert_eq!(first, Mark::Duplicate);
    let second = mark(&pool, &store, "evt_1", true);
    let second = timeout(Duration::from_secs(20), second).await.unwrap();
    assert_eq!(second, Mark::Duplicate);
}

#[tokio::test]
async fn statement_takes_a_retention_of_any_numeric_type() {
    let (_server, pool, store) = start().await;
    let client = pool.get().await.unwrap();
    let retentions: [(&(dyn ToSql + Sync), Type); 5] = [
        (&30_i32, Type::INT4),
        (&30_i64, Type::INT8),
        (&30_f64, Type::FLOAT8),
        (&None::<i64>, Type::INT8),
        (&None::<f64>, Type::FLOAT8),
    ];
    for (number, retention) in retentions.into_iter().enumerate() {
        let key = EventKey::new("billing", &format!("evt_{number}"));
        let namespace = (&key.namespace() as _, Type::VARCHAR);
        let parameters = [namespace, (&key.id() as _, Type::TEXT), retention];
        for expected in [1, 0] {
            let marked = client.execute_typed(store.mark_sql(), &parameters).await;
            assert_eq!(marked.unwrap(), expected, "{:?}", parameters[2]);
        }
    }
    let stored = "SELECT count(*) FROM tower_loops_events WHERE namespace = 'processed:billing'";
    let stored: i64 = client.query_one(stored, &[]).await.unwrap().get(0);
    assert_eq!(stored, 5);
}
